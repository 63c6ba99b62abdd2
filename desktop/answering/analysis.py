from desktop.storage.analysis import analyse as analyse
