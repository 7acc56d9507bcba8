"""Japanese for what the pause can fail by, and for who judges it before."""

from __future__ import annotations

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
"""Phrase of ``early_checks.EARLY`` -> the same in Japanese; names alone need no line."""
