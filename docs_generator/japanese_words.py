"""Japanese for the errors (when it appears, what to do) and for what the pause can fail by."""

from __future__ import annotations

_AGAIN = "原因として示された点を直してから、もう一度開始する。"
_REPORT = (
    "レポートの `checks` がテーブルとキーを示す。失われたものはない。直してから、もう一度開始する。"
)

ERROR_WORDS: dict[str, tuple[str, str]] = {
    "InvalidInput": (
        "入力が正しくない。何も変更しないうちに分かり、項目名と直し方が示される。",
        "示された項目を直す。",
    ),
    "MissingSetting": (
        "関数に必要な環境変数がないか、空になっている。",
        "スタックをもう一度デプロイする。値はテンプレートが設定する。",
    ),
    "MigrationInProgress": (
        "別の移行が進行中。同時に動けるのは 1 つだけ。",
        "示された実行の終わりを待つか、切り戻すか、再実行（redrive）する。",
    ),
    "NotTheOwner": (
        "その実行が移行の持ち主ではないか、移行がすでに別の方向に進んでいる。",
        "その実行はそのままにし、示された実行のほうを確認する。",
    ),
    "NotApproved": (
        "人だけが決められることを始めようとしたが、承認の記録がないか、正規の手続きで書かれていない。",
        "もう一度開始する前に、レポートの `audit` を確認する（docs/security.md）。",
    ),
    "UndoForged": (
        "取り消しの記録に、移行の手順が書いたものではない項目がある（署名が正しくない）。"
        "その項目は使われない。",
        "誰が書いたかを調べてから（docs/security.md）、もう一度開始する。代わりに行ったことは"
        "レポートの `undo` にある。",
    ),
    "SwitchBegun": (
        "切り戻そうとしたが、切り替えがすでに始まっており、戻すと決めた人がいない。",
        "2 つ目の確認に回答する。移行名を指定した切り戻しでも、この確認が届く。",
    ),
    "TransientFailure": (
        "そのままもう一度試せば成功しうる失敗。間隔をあけて自動で再試行される。",
        "再試行を使い切った。示されたサービスの状態を確認してから、もう一度開始する。",
    ),
    "DatabaseRefused": (
        "データベースサーバーが、ロール、パスワード、アドレス、証明書のいずれかを拒んでいる。",
        "シークレットの内容を、サーバーのロールと `pg_hba.conf` に照らして確認する。",
    ),
    "StatementRefused": (
        "データベースサーバーが文を拒んだ。サーバーの言葉は、値を含まない範囲で示される。",
        "示された言葉に従う。詳細はサーバー自身のログにある。",
    ),
    "Unforeseen": (
        "ここに名前のない失敗。種類とコードの場所が示される。",
        "関数のログを移行名で探す。開発者への報告が望ましい。",
    ),
    "NotFoundInRecord": (
        "その手順に必要な記録またはファイルがない。",
        "もう一度開始する。この移行の記録かファイルは失われている。",
    ),
    "WaitFailed": ("待っていた処理が失敗に終わった。", _AGAIN),
    "ReplicationTaskFailed": (
        "レプリケーションタスクが失敗したか、予定外の理由で止まった。",
        "DMS のタスクのログ、インスタンスのメモリとストレージを確認する。",
    ),
    "CommandFailed": (
        "元のホストでのコマンドが失敗したか、取り消されたか、時間切れになった。",
        "Run Command の出力と、Fleet Manager でエージェントの状態を確認する。",
    ),
    "CheckFailed": ("合格しない検査があるため、先へ進めない。", _AGAIN),
    "PreflightFailed": (
        "事前確認に FAIL または UNKNOWN の検査がある。",
        "何も変更していない。検査ごとの対処はレポートにある。",
    ),
    "FullLoadIncomplete": (
        "タスクは止まったが、完了していないテーブルか、エラーになった行がある。",
        "タスクのテーブル統計と `awsdms_apply_exceptions` を確認する。",
    ),
    "ReplicationNotInSync": (
        "変更の反映が追いつかなかったか、DMS の照合で違いが見つかった。",
        "タスクの遅れと照合の結果を確認してから、もう一度開始する。",
    ),
    "WalBudgetExceeded": (
        "レプリケーションスロットが元のホストに許容量を超える WAL を溜めたか、スロットが失われた。",
        "スロットがないことを確かめ、ディスクを増やすか `WalBudgetGibibytes` を大きくする。",
    ),
    "SchemaChanged": (
        "元のデータベースのスキーマが、計画してコピーしたものと違っている。",
        "もう一度開始する。終わるまで元の側のスキーマを変えない。",
    ),
    "ListenerClosed": (
        "リスナーがこの移行によらず、すでに 503 を返している。このままでは誰も元に戻さない。",
        "リスナーの転送先を Redash に戻してから、もう一度開始する。",
    ),
    "TargetNotHealthy": (
        "新しいターゲットグループに正常なターゲットがない。",
        "ECS でサーバーのサービスのイベントとログを確認する。",
    ),
    "NewHomeNotProven": (
        "承認を求める前に新しい環境のネットワークから確かめたところ、"
        "新しい Redash が動作できない。",
        "レポートの `proof.` の検査と、タスクのログを確認する。",
    ),
    "SwitchNotMade": (
        "リスナーを新しい環境に向けられず、以前のまま応答している。",
        "元の Redash が稼働している。リスナーと、変更した人を確認してから、もう一度開始する。",
    ),
    "WorkersNotRunning": (
        "新しい環境のスケジューラーとワーカーが起動しない。利用者はそれらなしで使っている。",
        "ECS でスケジューラーとワーカーのイベントとログを確認し、使い続けるか戻すかを決める。",
    ),
    "TasksStillRun": (
        "ECS が新しい側のタスクを時間内に終了しなかった。",
        "ECS のサービスを確認する。元に戻す処理は自動で再試行される。",
    ),
    "ReturnNotPossible": (
        "何も変更していない。利用者は新しい側のまま。妨げになるものが示される。",
        "利用者は新しい側のまま。示された対処を行うか、新しい側を使い続ける。",
    ),
    "SmokeTestFailed": (
        "新しい Redash が、正常な Redash のように応答しない。",
        "レポートの `smoke.` の検査と、新しいサーバーのログを確認する。",
    ),
    "DataMismatch": ("移行元と移行先で、異なる行が 1 つ以上ある。", _REPORT),
    "IntegrityViolated": (
        "移行先の制約、トリガー、設定のいずれかが移行元と異なる。",
        _REPORT,
    ),
    "SequenceNotSettable": (
        "シーケンスに、続きの値を設定できない。",
        "示されたとおりシーケンスか列の型を大きくしてから、もう一度開始する。",
    ),
    "SchemaNotCopied": (
        "移行元のスキーマを移行先に作成できなかった。",
        "示されたものについて、サーバーの応答に従う。",
    ),
    "TargetNotEmpty": (
        "移行先に、この移行が作ったのではないものがある。",
        "空のデータベースを用意するか、示されたものを削除する。",
    ),
    "PauseBudgetExceeded": (
        "書き込み停止が WritePauseBudgetSeconds の上限に達した。",
        "どの手順に時間がかかったかを確認し、もう一度開始するか、上限を長くする。",
    ),
    "FenceNotHeld": (
        "書き込みを禁止した元のデータベースに、まだ書き込んでいるものがある。",
        "示されたクライアントを止めてから、もう一度開始する。",
    ),
    "NotDrained": (
        "移行元の変更が、移行先にすべて届いていない。",
        "タスクの遅れと `awsdms_apply_exceptions` を確認してから、もう一度開始する。",
    ),
    "CopyFailed": ("テーブルをコピーできなかった。", "テーブルと原因が示される。"),
    "RollBackIncomplete": (
        "取り消せなかった変更が 1 つ以上ある。それぞれの対処が示される。",
        "まず手作業で Redash を開き、次に示された項目を直し、モード `roll-back` を開始する"
        "（docs/runbook.ja.md）。",
    ),
    "ApprovalRejected": (
        "切り替えが却下された。",
        "対処は不要。元の Redash が稼働している。都合のよいときにもう一度開始する。",
    ),
    "ApprovalExpired": (
        "期限までに回答がなかった。",
        "回答できる人がいるときにもう一度開始する（`ApprovalTimeoutHours`）。",
    ),
    "RollBackAsked": (
        "モード `roll-back` で開始されたか、止められたあとに切り戻された。",
        "意図したものであれば、対処は不要。",
    ),
    "WentBack": (
        "承認者が、新しい書き込みを持たずに元の Redash に戻した。",
        "何がないかを利用者に伝える。ページは事前にそのことを示している。",
    ),
    "States.Timeout": (
        "手順が時間内に終わらなかった。",
        "手順のログを確認する。上限は [states.md](states.md) にある。",
    ),
    "States.TaskFailed": ("手順が名前のない失敗で終わった。", "手順のログを確認する。"),
    "Lambda.Unknown": (
        "関数が答えを返さずに終わった（メモリ不足または時間切れ）。",
        "関数のログを確認してから、もう一度開始する。",
    ),
}

EARLY_WORDS: dict[str, str] = {
    "who connects in spite of the fence": "書き込みを禁止したあとに接続してくるもの",
    "who comes back after the fence was proved": "禁止を確かめたあとに戻ってくるもの",
    "a delay that is new": "新しく生じた遅れ",
    "changes since": "そのあとの変更",
    "the record is another's, or gone": "記録が別の移行のものか、失われていること",
    "`MeasureSource`, by the minute": "`MeasureSource`（1 分ごと）",
    "what somebody changed since": "そのあとに加えられた変更",
    "`PrecopyTable`; `MeasureSource` for columns": "`PrecopyTable`。列は `MeasureSource`",
    "nothing: it is not asked there": "なし（停止中には確かめない）",
    "a value that moved between ranges: tried again": "範囲をまたいで移った値（再試行される）",
    "another run at the same rows: it is tried again": "同じ行への別の処理（再試行される）",
    "a lock, or time: it is tried again": "ロックまたは時間（再試行される）",
    "`CompleteSchema`, which tries them": "`CompleteSchema`（実際に試す）",
    "values drawn since": "そのあとに払い出された値",
    "who draws from the new side's sequences": "新しい側のシーケンスを使うもの",
    "`PrecopyTable` for what we copy, validation in `AwaitInSync` for what is replicated": (
        "直接コピーするものは `PrecopyTable`、レプリケーションの分は `AwaitInSync` での照合"
    ),
    "rows written since": "そのあとに書き込まれた行",
    "the same": "同上",
    "the checks below": "以下の検査",
    "validation in `AwaitInSync`": "`AwaitInSync` での照合",
    "values that are still on their way": "まだ届いていない値",
    "`PrecopyTable`, on the rows that are there": "`PrecopyTable`（その時点の行）",
    "rows since": "そのあとの行",
    "rows written behind the fence": "書き込みの禁止後に書かれた行",
}
"""Phrase of ``early_judges.EARLY`` -> the same in Japanese; names alone need no line."""
