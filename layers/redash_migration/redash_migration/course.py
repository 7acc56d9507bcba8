"""The course of a migration in words: its stages, and what each state does, in both languages.

The page behind an approver's link, the report, and a rehearsal's terminal say the same of the same
state. A test compares the states with those of the definition: who adds one, adds its line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Stage = Literal["look", "load", "ask", "pause", "after", "back", "end"]
Language = Literal["en", "ja"]

STAGES: Mapping[Stage, Mapping[str, str]] = {
    "look": {"en": "Look and plan", "ja": "確認と計画"},
    "load": {"en": "Copy and follow", "ja": "コピーと同期"},
    "ask": {"en": "A person decides", "ja": "承認"},
    "pause": {"en": "Write pause", "ja": "書き込み停止"},
    "after": {"en": "On the new side", "ja": "新しい環境"},
    "back": {"en": "Taking back", "ja": "切り戻し"},
    "end": {"en": "Finishing", "ja": "終了処理"},
}


@dataclass(frozen=True, slots=True)
class Doing:
    """What a state does while it runs, and the stage it belongs to."""

    stage: Stage
    en: str
    ja: str

    def text(self, language: str) -> str:
        """In the reader's language."""
        return self.ja if language == "ja" else self.en


STATES: Mapping[str, Doing] = {
    "Begin": Doing("look", "Checking the input; one migration at a time", "入力の確認"),
    "InspectHost": Doing("look", "Looking at the old host", "元のホストの確認"),
    "InspectNewHome": Doing("look", "Looking at the new home", "新しい環境の確認"),
    "Preflight": Doing("look", "Reading both databases, making the plan", "事前確認と計画の作成"),
    "PrepareSource": Doing("load", "Making the old PostgreSQL ready", "元の PostgreSQL の準備"),
    "DumpSchema": Doing("load", "Reading the old database's schema", "スキーマの読み出し"),
    "CopySchema": Doing("load", "Making the tables on the new side", "新しい側へのテーブル作成"),
    "ConfigureReplication": Doing("load", "Setting the replication up", "レプリケーションの設定"),
    "RunFullLoad": Doing("load", "Loading every table while people work", "全テーブルの初期ロード"),
    "CheckFullLoad": Doing("load", "Checking what was loaded", "ロード結果の確認"),
    "CompleteSchema": Doing("load", "Adding indexes and keys", "インデックスとキーの追加"),
    "ResumeChangeCapture": Doing("load", "Following the changes", "変更の反映の再開"),
    "MeasureSource": Doing("load", "Measuring the old host's disk", "元のホストのディスクの計測"),
    "AwaitInSync": Doing("load", "Waiting until both sides are in sync", "同期の待機"),
    "PlanCopies": Doing("load", "Planning what is copied and compared", "コピーと照合の計画"),
    "PrecopyTable": Doing(
        "load", "Copying ahead what replication can't carry", "レプリケーション対象外の事前コピー"
    ),
    "ReachNewHome": Doing(
        "load", "Reaching the new servers, still closed", "新しいサーバーへの到達"
    ),
    "ProveNewHome": Doing("load", "Asking the new home from its own network", "新しい環境の確認"),
    "StartTarget": Doing("load", "Starting the new Redash, still closed", "新しい Redash の起動"),
    "RequestApproval": Doing("ask", "Waiting for a person's approval", "承認待ち"),
    "RecheckSync": Doing("ask", "Checking once more before anything stops", "停止直前の再確認"),
    "WarmFunction": Doing("ask", "Warming the functions of the write pause", "関数の準備"),
    "WarmForReturn": Doing("back", "Warming the functions of the write pause", "関数の準備"),
    "DrainQueues": Doing("ask", "Letting the jobs at work end", "実行中のジョブの終了待ち"),
    "StopServices": Doing(
        "pause", "Closing Redash, stopping the old services", "元のサービスの停止"
    ),
    "FenceSource": Doing(
        "pause", "Closing the old database for writing", "元のデータベースの書き込み禁止"
    ),
    "DrainChanges": Doing("pause", "Waiting for the last changes", "最後の変更の到着待ち"),
    "RestoreTable": Doing("pause", "Copying the tables that are left", "残りのテーブルのコピー"),
    "FinishRestore": Doing("pause", "Finishing the copies", "コピーの仕上げ"),
    "FixSequences": Doing("pause", "Setting the sequences", "シーケンスの設定"),
    "VerifyData": Doing("pause", "Comparing every table on both sides", "全テーブルの照合"),
    "VerifyIntegrity": Doing("pause", "Checking keys and constraints", "キーと制約の検査"),
    "AskReplicationToStop": Doing(
        "pause", "Asking the replication to stop", "レプリケーションの停止の依頼"
    ),
    "SmokeTest": Doing("pause", "Testing the new Redash", "新しい Redash の動作確認"),
    "LastLook": Doing("pause", "Looking at the old database once more", "元の DB の最終確認"),
    "SwitchTraffic": Doing("pause", "Switching the load balancer", "ロードバランサーの切り替え"),
    "StartWorkers": Doing("after", "Starting the new workers", "ワーカーの起動"),
    "LiveCheck": Doing("after", "Testing again, with users on it", "稼働中の動作確認"),
    "StopReplication": Doing(
        "after", "Waiting for the replication's end", "レプリケーションの停止の確認"
    ),
    "MeasureCutover": Doing("after", "Measuring how the new side does", "切り替え後の計測"),
    "ConfirmCutover": Doing("after", "Waiting for a person: keep it?", "使い続けるかの回答待ち"),
    "SwitchOnceMore": Doing("after", "Making sure users are on the new side", "切り替えの再確認"),
    "WorkOnceMore": Doing("after", "Making sure the new workers run", "ワーカーの再確認"),
    "EndReplication": Doing("after", "Ending the forward replication", "レプリケーションの終了"),
    "PrepareReturn": Doing(
        "back", "Checking that everything can come home", "切り戻しの可否の確認"
    ),
    "PlanReturn": Doing("back", "Planning what is carried home", "戻すデータの計画"),
    "CarryTableHome": Doing(
        "back", "Carrying home while people work", "新しい書き込みの先行コピー"
    ),
    "CloseNewHome": Doing("back", "Closing the new Redash", "新しい Redash の停止"),
    "FenceTarget": Doing(
        "back", "Closing the new database for writing", "新しいデータベースの書き込み禁止"
    ),
    "ReturnTable": Doing("back", "Carrying home the rest", "残りの差分のコピー"),
    "ReturnSequences": Doing("back", "Setting the old sequences", "シーケンスの設定"),
    "VerifyReturned": Doing("back", "Comparing every table on both sides", "全テーブルの照合"),
    "VerifyOldHome": Doing("back", "Checking the old keys and constraints", "キーと制約の検査"),
    "OpenSource": Doing("back", "Opening the old database", "元のデータベースの書き込み再開"),
    "StartOldServices": Doing("back", "Starting the old services", "元のサービスの起動"),
    "LookAtOldHome": Doing(
        "back", "Waiting for the old servers' health", "元のサーバーの正常性の確認"
    ),
    "TryOldHome": Doing("back", "Testing the old Redash", "元の Redash の動作確認"),
    "LookOnceMore": Doing(
        "back", "Looking at the new database once more", "新しいデータベースの最終確認"
    ),
    "SwitchBack": Doing("back", "Switching the load balancer back", "ロードバランサーの切り戻し"),
    "GoForward": Doing("back", "Leading forward again", "新しい環境への復帰"),
    "GoForwardDatabase": Doing(
        "back", "Opening the new database again", "新しいデータベースの書き込み再開"
    ),
    "CleanUp": Doing("end", "Removing the replication", "レプリケーションの削除"),
    "CleanUpDatabase": Doing("end", "Removing the migration's traces", "作業の跡の片付け"),
    "RetireHost": Doing("end", "Retiring the old services", "元のサービスの廃止"),
    "RollBack": Doing("back", "Taking back what was changed", "変更の取り消し"),
    "RollBackDatabase": Doing(
        "back", "Taking back the databases' changes", "データベースの変更の取り消し"
    ),
    "Report": Doing("end", "Writing the report", "レポートの作成"),
}


def doing(state: str) -> Doing:
    """What a state does; its name in place of words that nobody has written yet."""
    return STATES.get(state) or Doing("end", state, state)
