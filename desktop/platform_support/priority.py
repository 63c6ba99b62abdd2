"""Background work steps back behind what the user does: low priority of a thread, and whether a battery is used up."""

import ctypes
import os
import sys
import threading

_NICE = 5  # on Linux the disk goes by it too
_QOS_UTILITY = 0x11
_BELOW_NORMAL = -1


def lower_thread_priority() -> bool:
    """For the calling thread, and for threads that it starts. False where the system wouldn't."""
    try:
        if sys.platform == "win32":
            kernel = ctypes.windll.kernel32
            return bool(kernel.SetThreadPriority(kernel.GetCurrentThread(), _BELOW_NORMAL))
        if sys.platform == "darwin":
            return ctypes.CDLL(None).pthread_set_qos_class_self_np(_QOS_UTILITY, 0) == 0
        # Linux knows priorities of threads; the standard would lower the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
    except (OSError, AttributeError):
        return False
    return True


def on_battery() -> bool:
    """True while the computer runs on its battery; False where there is none, or nobody knows."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (OSError, RuntimeError, AttributeError):
        return False
    return battery is not None and battery.power_plugged is False
