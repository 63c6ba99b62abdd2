"""Which request goes to which method, and which of them may take long. Builds nothing: that is `services.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop.engine.answer_requests import AnswerRequests
from desktop.engine.conversation_requests import ConversationRequests
from desktop.engine.download_requests import DownloadRequests
from desktop.engine.embedder_getting import EmbedderGetting
from desktop.engine.embedder_requests import EmbedderRequests
from desktop.engine.forgetting import Forgetting
from desktop.engine.library_requests import LibraryRequests
from desktop.engine.model_requests import ModelRequests
from desktop.engine.rule_requests import RuleRequests
from desktop.engine.setting_requests import SettingRequests
from desktop.engine.source_requests import SourceRequests
from desktop.engine.speed_requests import SpeedRequests
from desktop.engine.tone_requests import ToneRequests
from desktop.engine.tone_trials import ToneTrials
from desktop.engine.voice_requests import VoiceRequests
from desktop.protocol import engine_messages as m
from desktop.protocol.lines import Method

Handlers = dict[Method[Any, Any], Callable[[Any], object]]

# these may take long; they never keep `cancel_answer`, `status` or `ask` waiting, nor one row of them the other
BACKGROUND = (
    frozenset(
        {
            "search",
            "suggest_scopes",
            "preview_add",
            "preview_rules",
            "check",
            "list_embedders",
            "preview_embedder",
            "rebuild",
            "add",
            "remove",
            "forget_folder",
            "remove_model",
            "find_models",
            "list_offers",
            "discard_download",
            "list_embedder_offers",
            "get_embedder",
            "pause_embedder",
            "discard_embedder",
            "measure_speed",
            "export_conversation",
        }
    ),
    frozenset({"locate_words", "open_text", "open_page", "open_rows"}),
    frozenset({"find_words", "prepare_source"}),
)


@dataclass(frozen=True, slots=True)
class Requests:
    """All that answers requests, one object a subject."""

    library: LibraryRequests
    forgetting: Forgetting
    rules: RuleRequests
    embedders: EmbedderRequests
    embedder_getting: EmbedderGetting
    answers: AnswerRequests
    kept: ConversationRequests
    voices: VoiceRequests
    sources: SourceRequests
    models: ModelRequests
    downloads: DownloadRequests
    speeds: SpeedRequests
    tones: ToneRequests
    trials: ToneTrials
    settings: SettingRequests


def routes(r: Requests) -> Handlers:
    """Every method but those that the engine itself answers."""
    settings: Handlers = {
        m.READ_SETTINGS: r.settings.read_settings,
        m.CHANGE_SETTING: r.settings.change_setting,
    }
    return {**_of_the_library(r), **_of_answers(r), **r.sources.handlers(), **_of_models(r), **settings}


def _of_the_library(r: Requests) -> Handlers:
    return {
        m.STATUS: r.library.status,
        m.LIST_FILES: r.library.list_files,
        m.PREVIEW_ADD: r.library.preview_add,
        m.ADD: r.library.add,
        m.REMOVE: r.library.remove,
        m.RESCAN: r.library.rescan,
        m.RETRY_FILE: r.library.retry_file,
        m.FORGET_MISSING: r.library.forget_missing,
        m.USER_ACTIVE: r.library.user_active,
        m.PAUSE: r.library.pause,
        m.SEARCH: r.library.search,
        m.FORGET_FOLDER: r.forgetting.forget_folder,
        m.PREVIEW_RULES: r.rules.preview_rules,
        m.SET_RULES: r.rules.set_rules,
        m.SUGGEST_SCOPES: r.library.suggest_scopes,
        m.CHECK: r.library.check,
        m.REBUILD: r.library.rebuild,
        m.LIST_EMBEDDERS: r.embedders.list_embedders,
        m.PREVIEW_EMBEDDER: r.embedders.preview_embedder,
        m.CHOOSE_EMBEDDER: r.embedders.choose_embedder,
        m.UNDO_PASSAGES: r.embedders.undo_passages,
        m.LIST_EMBEDDER_OFFERS: r.embedder_getting.list_offers,
        m.GET_EMBEDDER: r.embedder_getting.get_embedder,
        m.PAUSE_EMBEDDER: r.embedder_getting.pause_embedder,
        m.DISCARD_EMBEDDER: r.embedder_getting.discard_embedder,
    }


def _of_answers(r: Requests) -> Handlers:
    return {
        m.ASK: r.answers.ask,
        m.CANCEL_ANSWER: r.answers.cancel_answer,
        m.CONTINUE_ANSWER: r.answers.continue_answer,
        m.READ_VOICE: r.voices.read_voice,
        m.CHOOSE_VOICE: r.voices.choose_voice,
        m.LIST_CONVERSATIONS: r.kept.list_conversations,
        m.READ_CONVERSATION: r.kept.read_conversation,
        m.RENAME_CONVERSATION: r.kept.rename_conversation,
        m.DELETE_CONVERSATION: r.kept.delete_conversation,
        m.RESTORE_CONVERSATION: r.kept.restore_conversation,
        m.CHOOSE_ATTEMPT: r.kept.choose_attempt,
        m.RATE_ANSWER: r.kept.rate_answer,
        m.EDIT_ANSWER: r.kept.edit_answer,
        m.CHECK_CITED: r.kept.check_cited,
        m.SET_MODE: r.kept.set_mode,
        m.EXPORT_CONVERSATION: r.kept.export_conversation,
    }


def _of_models(r: Requests) -> Handlers:
    return {
        m.LIST_MODELS: r.models.list_models,
        m.ADD_MODEL: r.models.add_model,
        m.CHOOSE_MODEL: r.models.choose_model,
        m.REMOVE_MODEL: r.models.remove_model,
        m.FIND_MODELS: r.models.find_models,
        m.READ_MODEL_DETAILS: r.models.read_model_details,
        m.CHANGE_MODEL_DETAILS: r.models.change_model_details,
        m.LIST_OFFERS: r.downloads.list_offers,
        m.LIST_DOWNLOADS: r.downloads.list_downloads,
        m.GET_MODEL: r.downloads.get_model,
        m.COPY_MODEL: r.downloads.copy_model,
        m.PAUSE_DOWNLOAD: r.downloads.pause_download,
        m.DISCARD_DOWNLOAD: r.downloads.discard_download,
        m.MEASURE_SPEED: r.speeds.measure_speed,
        m.LIST_TONES: r.tones.list_tones,
        m.ADD_TONE: r.tones.add_tone,
        m.CHOOSE_TONES: r.tones.choose_tones,
        m.RENAME_TONE: r.tones.rename_tone,
        m.REMOVE_TONE: r.tones.remove_tone,
        m.RESTORE_TONE: r.tones.restore_tone,
        m.HEAR_TONE: r.trials.hear_tone,
        m.CHECK_TRUTH: r.trials.check_truth,
        m.CANCEL_TRIAL: r.trials.cancel_trial,
        m.LIST_TRUTH_QUESTIONS: r.trials.list_truth_questions,
    }
