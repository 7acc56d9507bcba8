"""The words of the status page, the last message and a planned beginning, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "status.waiting": "The migration goes on",
    "status.pause": "Write pause: {seconds} of about {predicted}",
    "status.pause_unpredicted": "Write pause: {seconds} so far",
    "status.after": "The new Redash is in use",
    "status.back": "The old Redash is being opened again",
    "status.open": "What was changed is being taken back",
    "status.forward": "The new Redash is being opened again",
    "status.planned": "Approved: the cutover begins at {time}",
    "status.lead.look": "Nothing has been changed.",
    "status.lead.load": "The old Redash is in use while its data is copied.",
    "status.lead.ask": "The old Redash is in use.",
    "status.lead.pause": (
        "People see the maintenance notice. Whatever fails from here on is taken back by itself."
    ),
    "status.lead.after": "People work on the new side. Whether it stays is asked next.",
    "status.lead.back": "What was changed is taken back, the last change first.",
    "status.lead.open": "The old Redash is in use.",
    "status.lead.forward": (
        "Going back did not succeed. What was changed for it is taken back; nothing is lost."
    ),
    "status.lead.end": "The last steps; people can work.",
    "status.lead.planned": (
        "The old Redash is in use until then. The facts are looked at once more before it begins; "
        "if they have changed, it does not begin and you are told."
    ),
    "status.now": "Now",
    "status.waits": "{kind} waits for its answer since {since}",
    "status.pause_label": "Write pause",
    "status.pause_value": "{seconds} (predicted {predicted})",
    "status.compared": "Tables compared",
    "status.compared_value": "{done} of {all}",
    "status.serves": "In use",
    "status.serves.old": "the old Redash",
    "status.serves.new": "the new Redash",
    "status.serves.nobody": "neither: people see the maintenance notice",
    "status.refreshes": "This page renews itself. The link stays the same to the end.",
    "status.hold": "Stop renewing",
    "status.still": "This page stands still.",
    "status.go_on": "Renew by itself again",
    "status.decision": "The decision",
    "status.started_by": "Started by",
    "status.unknown_person": "not recorded",
    # How it ended
    "ended.SUCCEEDED": "The migration is done: the new Redash stays",
    "ended.ROLLED_BACK": "Taken back: the old Redash is in use",
    "ended.RETURNED": "Back on the old Redash",
    "ended.FAILED": "The migration failed",
    "ended.FAILED.new": "The new Redash is in use; not all went well",
    "ended.FAILED.nobody": "Redash is down: users see a maintenance notice",
    "ended.ApprovalRejected": "Rejected: the old Redash stays in use",
    "ended.ApprovalExpired": "No answer in time: the old Redash stays in use",
    "ended.PreflightFailed": "Not begun: {count} to mend first",
    "ended.untouched": "Not begun: nothing was changed",
    "ended.unanswered": "Nobody answered: the new Redash stays",
    "ended.without_new_writes": "Back on the old Redash, without the new writes",
    "ended.preflight.SUCCEEDED": "Preflight: ready to migrate",
    "ended.preflight.FAILED": "Preflight: {count} to mend first",
    "ended.preflight.broken": "Preflight: it did not come to its end",
    "ended.lost.none": "Nothing was lost: {equal} of {all} tables were compared and are equal.",
    "ended.lost.old": "Nothing was lost: everything is as it was on the old side.",
    "ended.lost.returned": (
        "Nothing was lost: what was written on the new side was carried home and compared."
    ),
    "ended.lost.without_new_writes": (
        "What was written after the switch is not in the old Redash: that was said with the "
        "question. The new database still holds it."
    ),
    "ended.why": "Why",
    "ended.why_value": "{meaning} ({error} in {state}): {cause}",
    "ended.why_aws": "AWS answered with an error",
    "ended.return_pause": "Write pause of the return",
    "ended.failed_return": "A return was tried",
    "ended.failed_return_value": (
        "{error} in {state}: it led forward again. Users waited {waited}, and went on on the new "
        "Redash."
    ),
    "ended.failed_early": "{error} in {state}: it ended before users noticed anything.",
    "ended.checks": "Failed checks",
    "ended.not_taken_back": "Not taken back",
    "ended.never_told": "Could not be told",
    "ended.not_all_taken_back": "The old Redash is in use; not all taken back",
    "undo.set_actions": "the load balancer's rule still is as the migration set it",
    "undo.set_desired": "services of the new Redash may still run",
    "undo.close_health_rule": "the load balancer's test rule for the new Redash is still there",
    "undo.delete_task": "the replication task still is there, and keeps log on the old host's disk",
    "undo.stop_proof": "a test task on the new network may still run",
    "undo.start_services": "whether every service of the old Redash runs is not known",
    "undo.stop_services": "services of the old Redash may still run",
    "undo.unprepare_source": "the migration's role and settings are still in the old database",
    "undo.lift_fence": "the old database may still refuse writes",
    "undo.close_old_side": "the old database may still take writes beside the new one",
    "undo.empty_target": "the new database still holds the copied data",
    "undo.drop_source_leftovers": "the migration's traces and slot are still in the old database",
    "ended.next": "What is next",
    "ended.next.SUCCEEDED": (
        "Nothing is urgent. Before the new home's stack is changed again, deploy it once with "
        "Migrated=yes: otherwise its services stop. The old host and its data are still there: "
        "delete them when you no longer want them (docs/runbook.md, T+14)."
    ),
    "ended.next.ROLLED_BACK": "Mend the cause named above, then start the migration again.",
    "ended.next.ApprovalRejected": "Start the migration again whenever it suits.",
    "ended.next.RollBackAsked": "Start the migration again whenever it suits.",
    "ended.next.ApprovalExpired": "Start the migration again when somebody can answer.",
    "ended.next.unanswered": (
        'Nothing was cleaned up, and both ways are open: an execution with {{"mode": "finish", '
        '"migrationId": "..."}} keeps the new Redash, one with "mode": "return" goes back with '
        "everything that was written. The migration's id goes in place of the dots."
    ),
    "ended.next.without_new_writes": (
        "Tell the users. Look at the new database before it is emptied, and find out what was "
        "wrong before the next try."
    ),
    "ended.next.RETURNED": "Find out what was wrong with the new side before the next try.",
    "ended.next.FAILED": (
        "Somebody has to look now: docs/runbook.md says what to do, by the words above."
    ),
    "ended.next.not_all_taken_back": (
        "Users can work. Mend what kept it back, then start the mode roll-back for this migration: "
        "it tries again what is listed. Or do it by hand: docs/runbook.md says how, by the words "
        "above."
    ),
    "ended.next.preflight.SUCCEEDED": "Start the migration when it suits: nothing was changed.",
    "ended.next.preflight.FAILED": (
        "Mend what is listed, then run the preflight again: nothing was changed."
    ),
    "ended.next.preflight.broken": (
        "Mend the cause named above, then run the preflight again: nothing was changed."
    ),
    "ended.next.untouched": (
        "Users notice nothing, and the old Redash is as it was. Mend the cause named above, then "
        "start the migration again."
    ),
    "ended.next.PreflightFailed": (
        "The old Redash is as it was. Mend what is listed, then start the migration again."
    ),
    "ended.report": "The report: {key} in the artifact bucket.",
    "ended.subject": "[Redash] {title}. {migration}",
    "ended.subject_checks": "[Redash] {title}, failed checks: {count}. {migration}",
    # Before the decision
    "people.title": "About this question",
    "people.started": "Started by",
    "people.started_value": "{person}, {time}",
    "starter.confirmed": "hears by mail how it ends",
    "starter.asked": (
        "hears by mail how it ends, once the mail 'AWS Notification - Subscription Confirmation' "
        "is confirmed"
    ),
    "starter.no_address": (
        "does not hear how it ends: requestedBy is no plain e-mail address; tell this person"
    ),
    "starter.refused": "does not hear how it ends: Amazon SNS did not take the address",
    "people.way": "From and to",
    "people.way_value": "PostgreSQL {source} on the old host, to {target} on the new side",
    "people.asked": "Asked",
    "people.you": "{person} (you)",
    "people.not_answered": "{person}: no answer yet",
    "people.approved": "{person}: approved {time}",
    "people.planned": "{person}: approved, to begin {time}",
    "people.left": "Open for",
    "people.left_value": "{left}, until {time}",
    "people.over": "If approved now",
    "people.over_value": "people can write again by about {time}",
    # A planned beginning
    "begin.label": "Begin at (optional)",
    "begin.hint": "In {zone}, before {time}. Empty: at once.",
    "begin.message": "The cutover begins at {time}, approved by {actor}.",
    "begin.subject": "[Redash] The cutover begins at {time}: {migration}",
    "begin.call_off": "Until then each approver can still reject it with the link in their mail.",
    "begin.off": (
        "It will not begin as planned, because this has changed: {what}. The approval of {actor} "
        "no longer counts; please look once more and decide."
    ),
    "begin.off.subject": "[Redash] The cutover will not begin as planned: {migration}",
    "problem.begin_invalid": "The time to begin can't be read: choose a day and a time.",
    "problem.begin_passed": "The time to begin is over: choose a later one, or leave it empty.",
    "problem.begin_late": "The time to begin lies beyond this question's end at {time}.",
    # What has changed
    "changed.title": "Changed since:",
    "changed.unknown": "a fact of the evidence",
    "changed.versions": "the databases' versions",
    "changed.required": "how many have to approve",
    "changed.requested_by": "who started it",
    "changed.tables": "the state or size of a table",
    "changed.pause": "the predicted write pause",
    "changed.over_budget": "whether the pause is within what is allowed",
    "changed.budget": "how long a pause is allowed",
    "changed.lag": "how far the new side is behind",
    "changed.in_sync": "whether both sides are in sync",
    "changed.disk": "the old host's disk",
    "changed.new_side": "how the new side does",
    "changed.finding": "a check ({id})",
    # Reaching people
    "reach.subject": "Somebody is not reached by mail: {migration}",
    "reach.lost": (
        "The mail does not reach {people}: the subscription is gone or unconfirmed. Subscribe the "
        "address to the approval topic again and have it confirmed, or answer for them."
    ),
    "reach.lost_ending": (
        "The mail about the end does not reach {people}: the subscription is gone or unconfirmed. "
        "Please tell them, and subscribe the address to the approval topic again."
    ),
}

JAPANESE: Mapping[str, str] = {
    "status.waiting": "移行は進行中です",
    "status.pause": "書き込み停止中: 約{predicted}のうち {seconds}経過",
    "status.pause_unpredicted": "書き込み停止中: {seconds}経過",
    "status.after": "新しい Redash が稼働しています",
    "status.back": "元の Redash を再開しています",
    "status.open": "変更した内容を取り消しています",
    "status.forward": "新しい Redash を再開しています",
    "status.planned": "承認済み: {time} に切り替えを開始します",
    "status.lead.look": "まだ何も変更していません。",
    "status.lead.load": "データをコピーしている間も、元の Redash はこれまでどおり使えます。",
    "status.lead.ask": "元の Redash が稼働しています。",
    "status.lead.pause": (
        "利用者にはメンテナンス表示が出ています。問題が起きた場合は自動的に元に戻ります。"
    ),
    "status.lead.after": (
        "利用者は新しい環境で作業しています。このまま使い続けるかを次におたずねします。"
    ),
    "status.lead.back": "変更した内容を、新しいものから順に取り消しています。",
    "status.lead.open": "元の Redash が稼働しています。",
    "status.lead.forward": (
        "元の環境に戻すことができませんでした。そのための変更を取り消しています。"
        "失われたデータはありません。"
    ),
    "status.lead.end": "最後の処理を行っています。利用者は作業できます。",
    "status.lead.planned": (
        "それまでは元の Redash が稼働します。開始の直前に状況をもう一度確かめ、変わっていれば"
        "開始せずにお知らせします。"
    ),
    "status.now": "現在の処理",
    "status.waits": "{kind} は {since} から応答を待っています",
    "status.pause_label": "書き込み停止時間",
    "status.pause_value": "{seconds}（予測 {predicted}）",
    "status.compared": "照合済みのテーブル",
    "status.compared_value": "{all}件中 {done}件",
    "status.serves": "稼働中の環境",
    "status.serves.old": "元の Redash",
    "status.serves.new": "新しい Redash",
    "status.serves.nobody": "なし（メンテナンス表示中）",
    "status.refreshes": "このページは自動的に更新されます。リンクは最後まで変わりません。",
    "status.hold": "自動更新を止める",
    "status.still": "このページの自動更新は止まっています。",
    "status.go_on": "自動更新を再開する",
    "status.decision": "回答の内容",
    "status.started_by": "開始した人",
    "status.unknown_person": "記録なし",
    "ended.SUCCEEDED": "移行が完了しました。新しい Redash を使い続けます",
    "ended.ROLLED_BACK": "切り戻しました。元の Redash が稼働しています",
    "ended.RETURNED": "元の Redash に戻りました",
    "ended.FAILED": "移行に失敗しました",
    "ended.FAILED.new": "新しい Redash は稼働していますが、移行は正常に終わりませんでした",
    "ended.FAILED.nobody": "Redash が停止しています（メンテナンス表示中）",
    "ended.ApprovalRejected": "却下されました。元の Redash をそのまま使い続けます",
    "ended.ApprovalExpired": (
        "期限までに回答がありませんでした。元の Redash をそのまま使い続けます"
    ),
    "ended.PreflightFailed": "開始していません: 先に直す点が {count}件あります",
    "ended.untouched": "開始していません: 何も変更していません",
    "ended.unanswered": "回答がなかったため、新しい Redash を使い続けます",
    "ended.without_new_writes": "新しい書き込みを持たずに元の Redash に戻りました",
    "ended.preflight.SUCCEEDED": "事前確認: 移行の準備ができています",
    "ended.preflight.FAILED": "事前確認: 先に直す点が {count}件あります",
    "ended.preflight.broken": "事前確認: 最後まで実行できませんでした",
    "ended.lost.none": (
        "失われたデータはありません。{all}テーブル中 {equal}テーブルを照合し、一致しました。"
    ),
    "ended.lost.old": "失われたデータはありません。元の環境は以前のままです。",
    "ended.lost.returned": (
        "失われたデータはありません。新しい側の書き込みを元の側に書き戻し、照合しました。"
    ),
    "ended.lost.without_new_writes": (
        "切り替え以降の書き込みは元の Redash にありません（確認の際にお知らせしたとおりです）。"
        "新しいデータベースには残っています。"
    ),
    "ended.why": "理由",
    "ended.why_value": "{meaning}（{state} の {error}）: {cause}",
    "ended.why_aws": "AWS がエラーを返しました",
    "ended.return_pause": "戻したときの書き込み停止時間",
    "ended.failed_return": "戻そうとして失敗した試み",
    "ended.failed_return_value": (
        "{state} で {error}。{waited}の書き込み停止のあと、新しい Redash の利用を再開しました。"
    ),
    "ended.failed_early": "{state} で {error}。利用者への影響が出る前に中止しました。",
    "ended.checks": "不合格の検査",
    "ended.not_taken_back": "取り消せなかった変更",
    "ended.never_told": "結果を知らせることができなかった宛先",
    "ended.not_all_taken_back": ("元の Redash が稼働していますが、取り消せなかった変更があります"),
    "undo.set_actions": "ロードバランサーのルールが、移行で設定した状態のままです",
    "undo.set_desired": "新しい Redash のサービスが動いている可能性があります",
    "undo.close_health_rule": "新しい Redash の動作確認用のルールがロードバランサーに残っています",
    "undo.delete_task": (
        "レプリケーションタスクが残っており、元のホストのディスクにログが溜まり続けます"
    ),
    "undo.stop_proof": "新しいネットワークで動作確認用のタスクが動いている可能性があります",
    "undo.start_services": ("元の Redash のサービスがすべて動いているかどうか、確認できていません"),
    "undo.stop_services": "元の Redash のサービスが動いている可能性があります",
    "undo.unprepare_source": "移行用のロールと設定が元のデータベースに残っています",
    "undo.lift_fence": "元のデータベースが書き込みを拒否したままの可能性があります",
    "undo.close_old_side": (
        "元のデータベースが、新しい側と同時に書き込みを受け付けている可能性があります"
    ),
    "undo.empty_target": "新しいデータベースにコピーしたデータが残っています",
    "undo.drop_source_leftovers": "移行の痕跡とスロットが元のデータベースに残っています",
    "ended.next": "次にすること",
    "ended.next.SUCCEEDED": (
        "急ぐ作業はありません。新しい環境のスタックは、次に変更する前に一度 Migrated=yes で"
        "デプロイしてください（しないとサービスが停止します）。元のホストとデータは残っています。"
        "不要になったら削除してください（docs/runbook.ja.md の T+14）。"
    ),
    "ended.next.ROLLED_BACK": "上記の原因を取り除いてから、移行をもう一度開始してください。",
    "ended.next.ApprovalRejected": "都合のよいときに、移行をもう一度開始してください。",
    "ended.next.RollBackAsked": "都合のよいときに、移行をもう一度開始してください。",
    "ended.next.ApprovalExpired": "回答できる方がいるときに、移行をもう一度開始してください。",
    "ended.next.unanswered": (
        '後片付けはしていません。このまま使う場合は {{"mode": "finish", "migrationId": "..."}}、'
        '書き込みごと元に戻す場合は "mode": "return" を入力にして、ステートマシンを実行してください'
        "（「...」には移行名を入れます）。"
    ),
    "ended.next.without_new_writes": (
        "利用者に知らせてください。新しいデータベースを空にする前に内容を確認し、"
        "次に試す前に問題を調べてください。"
    ),
    "ended.next.RETURNED": "次に試す前に、新しい環境の問題を調べてください。",
    "ended.next.FAILED": (
        "すぐに確認が必要です。対処は docs/runbook.ja.md で、上記の文言から探してください。"
    ),
    "ended.next.not_all_taken_back": (
        "利用者は作業できます。取り消しを妨げた原因を取り除いてから、この移行に対してモード"
        " roll-back を開始すると、上記を再度取り消します。手作業の手順は"
        " docs/runbook.ja.md で、上記の文言から探してください。"
    ),
    "ended.next.preflight.SUCCEEDED": (
        "都合のよいときに移行を開始してください。何も変更していません。"
    ),
    "ended.next.preflight.FAILED": (
        "一覧の点を直してから、事前確認をもう一度実行してください。何も変更していません。"
    ),
    "ended.next.preflight.broken": (
        "上記の原因を取り除いてから、事前確認をもう一度実行してください。何も変更していません。"
    ),
    "ended.next.untouched": (
        "利用者への影響はなく、元の Redash は以前のままです。上記の原因を取り除いてから、"
        "移行をもう一度開始してください。"
    ),
    "ended.next.PreflightFailed": (
        "元の Redash は以前のままです。一覧の点を直してから、移行をもう一度開始してください。"
    ),
    "ended.report": "レポート: アーティファクトバケットの {key}",
    "ended.subject": "[Redash] {title} {migration}",
    "ended.subject_checks": "[Redash] {title}（不合格の検査 {count}件） {migration}",
    "people.title": "この確認について",
    "people.started": "開始した人",
    "people.started_value": "{person}（{time}）",
    "starter.confirmed": "結果はメールで届きます",
    "starter.asked": (
        "「AWS Notification - Subscription Confirmation」のメールで確認すると、結果がメールで"
        "届きます"
    ),
    "starter.no_address": (
        "結果のメールは届きません（requestedBy がメールアドレスではないため）。この人に伝えて"
        "ください"
    ),
    "starter.refused": "結果のメールは届きません（Amazon SNS がアドレスを受け付けませんでした）",
    "people.way": "移行元と移行先",
    "people.way_value": "元のホストの PostgreSQL {source} から、新しい環境の {target} へ",
    "people.asked": "確認している人",
    "people.you": "{person}（あなた）",
    "people.not_answered": "{person}: 未回答",
    "people.approved": "{person}: 承認（{time}）",
    "people.planned": "{person}: 承認（開始予定 {time}）",
    "people.left": "残り時間",
    "people.left_value": "{left}（{time} まで）",
    "people.over": "いま承認した場合",
    "people.over_value": "{time} ごろまでに書き込みが再開する見込みです",
    "begin.label": "開始時刻（任意）",
    "begin.hint": "{zone}、{time} まで。空欄の場合はすぐに開始します。",
    "begin.message": "{actor} の承認により、{time} に切り替えを開始します。",
    "begin.subject": "[Redash] {time} に切り替えを開始します {migration}",
    "begin.call_off": "それまでは、各承認者がご本人宛てのメールのリンクから却下できます。",
    "begin.off": (
        "次の点が変わったため、予定どおりには開始しません: {what}。{actor} の承認は無効に"
        "なりました。もう一度ご確認のうえ、回答してください。"
    ),
    "begin.off.subject": "[Redash] 切り替えは予定どおりに開始されません {migration}",
    "problem.begin_invalid": "開始時刻を読み取れません。日付と時刻を選んでください。",
    "problem.begin_passed": ("開始時刻を過ぎています。あとの時刻を選ぶか、空欄にしてください。"),
    "problem.begin_late": "開始時刻がこの確認の期限（{time}）を過ぎています。",
    "changed.title": "変わった点:",
    "changed.unknown": "判断材料の一部",
    "changed.versions": "データベースのバージョン",
    "changed.required": "必要な承認の人数",
    "changed.requested_by": "開始した人",
    "changed.tables": "テーブルの状態またはサイズ",
    "changed.pause": "書き込み停止時間の予測",
    "changed.over_budget": "停止時間が上限に収まるかどうか",
    "changed.budget": "停止時間の上限",
    "changed.lag": "新しい側の遅れ",
    "changed.in_sync": "両側が同期しているかどうか",
    "changed.disk": "元のホストのディスク",
    "changed.new_side": "新しい環境の状態",
    "changed.finding": "検査（{id}）",
    "reach.subject": "メールが届かない人がいます: {migration}",
    "reach.lost": (
        "{people} にメールが届きません。登録が解除されたか、未確認です。"
        "承認のトピックにアドレスを登録し直して確認してもらうか、ほかの承認者が回答してください。"
    ),
    "reach.lost_ending": (
        "{people} に結果のメールが届きません。登録が解除されたか、未確認です。"
        "代わりに結果を伝え、承認のトピックにアドレスを登録し直してください。"
    ),
}
