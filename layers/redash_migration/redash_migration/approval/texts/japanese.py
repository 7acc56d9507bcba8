"""Japanese."""

from __future__ import annotations

from collections.abc import Mapping

JAPANESE: Mapping[str, str] = {
    "product": "Redash 移行",
    "language.other": "English",
    "unknown": "未計測",
    "none": "なし",
    # The question
    "RequestApproval.title": "切り替えを開始しますか？",
    "RequestApproval.title_blocked": "切り替えを開始できません（要対応 {count}件）",
    "RequestApproval.lead_blocked": (
        "Redash のデータは新しいデータベースへコピー済みで、変更も随時反映されていますが、"
        "不合格または結果不明の検査があります。解消されるまで回答は不要です。解消されると、"
        "このページで回答できるようになります。"
    ),
    "RequestApproval.lead": (
        "Redash のデータは新しいデータベースへコピー済みで、変更も随時反映されています。承認すると"
        "書き込みを約{pause}停止し、新しい環境で再開します。"
    ),
    "RequestApproval.lead_unmeasured": (
        "Redash のデータは新しいデータベースへコピー済みで、変更も随時反映されています。承認すると"
        "書き込みを停止し、新しい環境で再開します。停止時間の予測はありません。"
    ),
    "ConfirmCutover.title": "新しい Redash をこのまま使いますか？",
    "ConfirmCutover.lead": (
        "Redash は {time} から新しいデータベースで稼働しています。このまま使い続けるか、元の環境に"
        "戻すかを選んでください。元の環境は停止時の状態のまま残っています。"
    ),
    "ConfirmCutover.lead_unmeasured": (
        "Redash は新しいデータベースで稼働しています。このまま使い続けるか、元の環境に戻すかを"
        "選んでください。元の環境は停止時の状態のまま残っています。"
    ),
    "ConfirmCutover.lead_failed": (
        "元に戻す作業は {error} で終わり、利用者は再び新しい Redash を使っています。"
        "失われたものはありません。このまま使い続けるか、元の環境に戻すかを選んでください。"
        "先に直す点は docs/errors.ja.md にあります。"
    ),
    "RequestApproval.headline": "書き込み停止時間の予測",
    "ConfirmCutover.headline": "切り替え後の書き込み",
    "headline.budget": "上限 {budget}",
    "headline.rows": "{tables}テーブル、{rows}行、{bytes}",
    "headline.writes_note": "書き戻さずに元へ戻すと失われます",
    "headline.writes_come_home_note": "戻す場合もすべて元へ書き戻されます",
    "headline.no_writes_note": "元に戻しても何も失われません",
    "headline.writes_unmeasured_note": "元に戻すとすべて失われるものとお考えください",
    "deadline": "回答期限: {time}",
    "deciding_as": "{person} として回答します。",
    "viewing": (
        "このリンクは閲覧専用です。回答するには、ご本人宛てのメールに記載されたリンクを"
        "お使いください。"
    ),
    "viewing.title": "回答はご本人宛てのメールから",
    "to_decision": "回答欄へ",
    "to_facts": "内容を確認する",
    "two_needed": "2名の承認が必要です（現在 {required}名中 {given}名）。",
    # Progress
    "progress.title": "進み具合",
    "progress.copied": "コピー",
    "progress.in_step": "同期",
    "progress.approval": "承認",
    "progress.pause": "停止",
    "progress.switch": "切替",
    "progress.confirm": "確認",
    "progress.description": "全 {total}段階のうち {number}番目: {name}",
    # Sections
    "steps.title": "このあとの流れ",
    "steps.stop": (
        "スケジューラーを止め、待機中の処理が終わるのを待ちます。"
        "そのあと Redash がメンテナンス表示になり、各サービスを停止します。"
        "**ここから書き込みが止まります。**"
    ),
    "steps.drain": (
        "元のデータベースへの書き込みを禁止し、最後の変更が新しい側に届いたことを目印の行で"
        "確かめます。"
    ),
    "steps.restore": "レプリケーションで運べないテーブルを直接コピーします: {tables}",
    "steps.verify": (
        "全テーブルを両側のチェックサムで照合し、キー・シーケンス・制約も検査します。"
    ),
    "steps.start": "すでに起動している新しい Redash の動作を、公開する前に確認します。",
    "steps.switch": (
        "ロードバランサーの向き先を新しい Redash に切り替えます。**ここで書き込みが再開します。**"
    ),
    "steps.confirm": "新しい環境を使い続けるかどうか、もう一度おたずねします。",
    "steps.keep": (
        "**使い続ける場合**: レプリケーションのタスクと作業の跡を片付け、元のサービスを廃止します。"
    ),
    "steps.return": (
        "**すべてを持って元に戻す場合**: 切り替え以降の書き込みを元のデータベースへ書き戻して"
        "照合し、"
        "すべてを含んだ状態で元の Redash を開きます。利用者が戻る前に失敗したときは、"
        "新しい Redash のまま利用を続け、もう一度おたずねします。"
    ),
    "steps.go_back": (
        "**書き戻さずに元に戻す場合**: 新しい Redash を止め、元のサービスを切り替え時点の状態で"
        "起動します。切り替え以降の書き込みは新しいデータベースに別置きします。"
    ),
    "steps.silence": (
        "**回答がない場合**: 新しい Redash をそのまま使い続けます。片付けは行わないため、"
        "あとから手作業で戻すこともできます。"
    ),
    "prediction.title": "停止時間の見積もり",
    "prediction.text": (
        "今回の移行で実際にかかった時間から計算しました。全体で約{pause}、{low}から {high}の間に"
        "収まる見込みです。事前に測れなかったものは「仮定」と示しています。"
    ),
    "prediction.point": "今回の移行で測った速度から計算しました。全体で約{pause}です。",
    "prediction.assumed": "{part}（仮定）",
    "prediction.none": "予測は記録されていません。数秒ではなく数分かかるものとお考えください。",
    "part.stop_services": "Redash の停止",
    "part.close_new_home": "新しい Redash の停止",
    "part.carry": "残りの書き戻し",
    "part.start_old_services": "元の Redash の起動",
    "part.calls": "元のデータベースの再開と元の Redash の確認",
    "part.fence": "元のデータベースの書き込み禁止",
    "part.drain": "最後の変更の到着",
    "part.restore": "残りのテーブルの直接コピー",
    "part.sequences": "シーケンス",
    "part.verify": "チェックサムの照合",
    "part.integrity": "キーと制約の検査",
    "part.smoke_test": "新しい Redash の動作確認",
    "part.last_look": "元のデータベースの最終確認",
    "part.switch_traffic": "ロードバランサーの切り替え",
    "findings.title": "警告",
    "findings.title.failed": "不合格の検査",
    "findings.title.both": "不合格の検査と警告",
    "findings.none": "警告はありません。{passed}項目の検査に合格しました。",
    "findings.some.RequestApproval": (
        "先にお読みください。警告があるため、承認には理由の記入が必要です。"
        "ほかの {passed}項目の検査には合格しています。"
    ),
    "findings.some.ConfirmCutover": (
        "切り替えの承認後に新しく出たものです。回答には理由の記入が必要です。"
        "ほかの {passed}項目の検査には合格しています。"
    ),
    "findings.blocked": (
        "不合格または結果不明の検査があります。解消されるまで切り替えは承認できません"
        "（却下することはできます）。"
    ),
    "finding.WARN": "警告",
    "finding.FAIL": "不合格",
    "finding.UNKNOWN": "結果不明",
    "finding.remedy": "対処:",
    "finding.approval.disk_unknown": "元のデータベースが計測に応答しませんでした。",
    "remedy.approval.disk_unknown": (
        "1分ごとに計測し直します。元のホストの状態を確認してください。"
    ),
    "finding.approval.lag": "新しいデータベースの遅れが {limit}秒を超えています。",
    "remedy.approval.lag": (
        "追いつくまでお待ちください。遅れの分だけ書き込み停止時間が長くなります。"
    ),
    "finding.approval.disk": ("レプリケーションスロットが元のホストのディスクを圧迫しています。"),
    "remedy.approval.disk": "早めに回答するか、元のホストの空き容量を増やしてください。",
    "finding.in_return": "元に戻す処理で: {text}",
    "finding.approval.starter": "この移行を開始した人が、メールアドレスの形で記録されていません。",
    "remedy.approval.starter": (
        "ご自身が開始したものでないことを確かめ、その旨を理由欄に記入してください。"
        "次回は requestedBy にメールアドレスを指定して開始してください。"
    ),
    "tables.title": "移行するデータ",
    "tables.title_after": "移行したデータ",
    "tables.picture": "大きいテーブル（ディスク上のサイズ順）",
    "tables.bar": "{size}・{rows}行",
    "tables.others": "ほか {count}件",
    "tables.all": "全 {count}テーブル",
    "tables.name": "テーブル",
    "tables.rows": "行数",
    "tables.size": "サイズ",
    "tables.state": "状態",
    "tables.by_dms": "レプリケーション",
    "tables.by_restore": "直接コピー",
    "validation.sound": "照合済み・一致",
    "validation.limited": "まだ照合できません",
    "validation.bad": "不一致",
    "validation.unknown": "未照合",
    "validation.match": "チェックサム一致",
    "validation.mismatch": "チェックサム不一致",
    "validation.restore": "停止中にコピー",
    "excluded.title": "レプリケーションの対象外",
    "excluded.text": (
        "AWS DMS では完全に運べないテーブルです。書き込み停止中に直接コピーし、"
        "ほかのテーブルと同じように照合します。"
    ),
    "excluded.text_after": (
        "AWS DMS では完全に運べないテーブルです。書き込み停止中に直接コピーし、"
        "ほかのテーブルと同じように照合しました。"
    ),
    "excluded.column": "{column} 列が {type} 型のため",
    "stream.title": "レプリケーションと元のホスト",
    "stream.lag": "遅れ",
    "stream.wal": "保持ログ",
    "stream.wal_note": "上限 {budget}",
    "stream.disk": "ディスク満杯まで",
    "stream.disk_note": "空き {free}",
    "stream.as_of": "{time} 時点の値です。",
    "stream.not_filling": "十分",
    "new.title": "新しい環境の状態",
    "new.smoke": "新しい Redash の検査",
    "new.smoke_value": "{passed} / {all}",
    "new.smoke_note": "切り替え前に合格",
    "new.health": "正常なターゲット",
    "new.errors": "切り替え後のエラー",
    "new.pause": "書き込み停止時間",
    "back.title": "切り戻しについて",
    "back.RequestApproval": (
        "切り替えが済むまでは、問題が起きれば自動的に元に戻り、何も失われません。元のサービスが"
        "停止したところから再開します。切り替え後には、戻す場合の影響を示したうえで、"
        "もう一度おたずねします。"
    ),
    "back.none": (
        "{switched} の切り替え以降、書き込みはありません。いま元に戻しても何も失われません。"
    ),
    "back.some": (
        "{switched} の切り替え以降、**{writes}件の書き込み**がありました。これらは新しい"
        "データベースにしかないため、元に戻すと失われます。時間がたつほど増えていきます。"
    ),
    "back.unmeasured": (
        "切り替え以降の書き込み件数は計測されていません。元に戻すとすべて失われます。"
    ),
    "back.return": (
        "{switched} の切り替え以降、**{writes}件**の書き込みがあります。元に戻す場合はすべて"
        "書き戻され、書き込みの停止は約{pause}の見込みです。両方のデータベースを確認し、"
        "妨げになるものはありませんでした。見込みは、往路で同じ手順にかかった時間によります。"
    ),
    "back.until": "回答期限は {time} です。",
    # The form
    "form.title": "回答",
    "form.title.refuse": "中止する場合",
    "form.fold": "切り替えを却下して中止する",
    "form.submit.refuse": "却下する",
    "form.decision": "回答の選択",
    "form.approve": "切り替えを承認する",
    "form.approve.hint": "1分以内に書き込み停止が始まります。",
    "form.reject": "却下する",
    "form.reject.hint": "切り替えは行わず、元の Redash をそのまま使い続けます。",
    "form.keep": "新しい Redash を使い続ける",
    "form.keep.hint": "元の環境を廃止します。以後、この画面から戻すことはできません。",
    "form.return": "すべてを持って元の Redash に戻す",
    "form.return.hint": "失われるものはありません。停止は約{pause}の見込みです。",
    "form.go_back": "書き戻さずに元の Redash に戻す",
    "form.go_back.none": "切り替え以降の書き込みはないため、何も失われません。",
    "form.go_back.some": "切り替え以降の書き込み {writes}件が失われます。",
    "form.go_back.unmeasured": "切り替え以降に書き込まれたものはすべて失われます。",
    "form.name": "移行名を入力してください",
    "form.name.hint": "移行名:",
    "form.reason": "理由",
    "form.reason.required": "警告があるため、または却下する場合に必要です。",
    "form.reason.refusal": "却下する場合は必ずご記入ください。",
    "form.reason.refusal.keep": "元に戻す場合は必ずご記入ください。",
    "form.reason.required.keep": "警告があるため、または元に戻す場合に必要です。",
    "form.submit": "回答を送信する",
    "form.evidence": "回答は次の判断材料とともに記録されます: {hash}",
    "form.blocked": "不合格または結果不明の検査がある間は承認できません。",
    "form.starter": "この移行を開始したご本人は承認できません。別の方の承認が必要です。",
    "problem.title": "まだ送信されていません",
    "problem.name_missing": "移行名を入力してください。",
    "problem.name_wrong": "移行名が違います。正しい移行名は入力欄の上に表示されています。",
    "problem.decision_missing": "いずれかを選んでください。",
    "problem.reason_missing": "理由を簡単にご記入ください。",
    "problem.reason_too_long": "理由は 1000文字以内にしてください。",
    "problem.starter": "この移行を開始したご本人は承認できません。別の方の承認が必要です。",
    "problem.person_unknown": (
        "このアカウントがどの承認者のものか判別できません。ご本人宛てのメールのリンクを"
        "お使いください。"
    ),
    "problem.blocked": "不合格または結果不明の検査があるため、承認できません。",
    "stale.title": "状況が変わりました",
    "stale.text": (
        "このページを開いたあとで、判断に関わる内容が変わりました。回答はまだ送信されていません。"
        "もう一度ご確認のうえ、回答してください。"
    ),
    "worn.title": "もう一度送信してください",
    "worn.text": (
        "ページを開いてから時間がたっているため、回答はまだ送信されていません。"
        "入力した内容は残っています。"
    ),
    # After the decision
    "decided.approve": "承認されました",
    "decided.reject": "却下されました",
    "decided.keep": "新しい Redash を使い続けます",
    "decided.return": "すべてを持って元の Redash に戻します",
    "decided.go_back": "書き戻さずに元の Redash に戻します",
    "decided.expire": "期限までに回答がありませんでした",
    "decided.what": "回答",
    "decided.by": "回答者",
    "decided.at": "日時",
    "decided.reason": "理由",
    "decided.no_reason": "記入なし",
    "decided.evidence": "判断材料",
    "next.approve": "書き込み停止が始まります。切り替え後にもう一度おたずねします。",
    "next.reject": (
        "切り替えは行われません。元の Redash はこれまでどおり使えます。準備した内容は取り消します。"
    ),
    "next.keep": "移行作業の跡を片付け、元のサービスを廃止します。",
    "next.return": (
        "利用を続けたまま切り替え以降の書き込みを書き戻し、短い停止のあと、元の Redash を開きます。"
    ),
    "next.go_back": "元のサービスを起動し、ロードバランサーの向き先を戻します。",
    "next.RequestApproval.expire": (
        "切り替えは行われませんでした。元の Redash はこれまでどおり使えます。"
        "準備した内容は取り消します。"
    ),
    "next.ConfirmCutover.expire": "新しい Redash を使い続けます。片付けは行っていません。",
    "next.pending": (
        "回答は記録されました。移行の処理へはまだ伝わっていませんが、"
        "1〜2分以内に自動で伝わります。"
        "これ以上の操作は必要ありません。"
    ),
    "noted.title": "ありがとうございます。もう 1名の承認が必要です",
    "noted.text": "承認を受け付けました。現在 {required}名中 {given}名が承認しています。",
    "already.note": "すでに回答済みです。あらたな変更はありません。",
    # Calm pages
    "notice.unknown.title": "ページが見つかりません",
    "notice.unknown.text": (
        "リンクが途中で切れている可能性があります。メッセージからもう一度開くか、リンク全体を"
        "コピーしてください。"
    ),
    "notice.expired.text": "このリンクではもう回答できません。現在の状況は表示されます。",
    "notice.closed.text": "移行の処理はもう回答を待っていません。何も変更されていません。",
    "notice.foreign.title": "このページからの送信ではありません",
    "notice.foreign.text": (
        "何も変更されていません。メッセージのリンクを開き、そのページから回答してください。"
    ),
    "notice.method.title": "この操作はできません",
    "notice.method.text": "何も変更されていません。",
    "notice.large.title": "文字数が多すぎます",
    "notice.large.text": "何も変更されていません。前のページに戻り、理由を短くしてください。",
    "notice.trouble.title": "少しお待ちください",
    "notice.trouble.text": (
        "いまページを表示できません。失われたものはありません。1分ほどたってからもう一度"
        "お試しください。"
    ),
    # Messages
    "mail.RequestApproval.subject.clear": "[Redash] 切り替えの承認をお願いします {migration}",
    "mail.RequestApproval.subject.warned": (
        "[Redash] 切り替えの承認をお願いします（確認事項 {count}件） {migration}"
    ),
    "mail.RequestApproval.subject.blocked": (
        "[Redash] 切り替えを開始できません（不合格 {count}件） {migration}"
    ),
    "mail.ConfirmCutover.subject.clear": "[Redash] 新しい環境の確認をお願いします {migration}",
    "mail.ConfirmCutover.subject.warned": (
        "[Redash] 新しい環境の確認をお願いします（確認事項 {count}件） {migration}"
    ),
    "mail.ConfirmCutover.subject.failed": (
        "[Redash] 新しい環境の確認をお願いします（不合格 {count}件） {migration}"
    ),
    "mail.failed": "不合格の検査（{count}件）:",
    "mail.reminder.subject": "[Redash] 残り {left}: {question} {migration}",
    "mail.reminder": "まだ回答をいただいていません。回答期限まで残り {left}です。",
    "mail.outcome.subject": "[Redash] {decision} {migration}",
    "mail.pause": "書き込み停止時間の予測: {pause}",
    "mail.pause_likely": "{pause}（{low}から {high}の見込み）",
    "mail.writes": "切り替え後の書き込み: {writes}件（書き戻せるかどうかは確認されていません）",
    "mail.writes_come_home": "切り替え後の書き込み: {writes}件（戻す場合はすべて書き戻されます）",
    "mail.return": "元に戻す場合の停止の見込み: {pause}",
    "mail.amount": "データ: {tables}テーブル、{rows}行、{bytes}",
    "mail.warnings": "警告（{count}件）:",
    "mail.no_warnings": "警告はありません。",
    "mail.reminder.blocked": (
        "まだ回答をお願いできる状態ではありません（残り {left}）。"
        "先に下記の点を直す必要があります。"
        "このまま期限が過ぎた場合は、元の Redash を使い続け、準備した内容は取り消します。"
    ),
    "mail.open": "判断材料の確認と回答はこちら:",
    "mail.open.blocked": "判断材料の確認はこちら:",
    "mail.personal": (
        "このリンクはご本人専用です。転送しないでください。開くだけでは何も変わりません。"
        "回答はページの中で行います。"
    ),
    "mail.until": "回答期限: {time}",
    "mail.more": "ほか {count}件",
    "mail.decided": "{decision}（{actor}、{time}）",
    "mail.decided_expired": "{decision}（{time}）",
    "mail.reason": "理由: {reason}",
    "mail.none_needed": "これ以上の操作は必要ありません。",
    # Slack
    "slack.reminder": "回答のお願い（残り {left}）: {question}",
    "slack.view": "判断材料を見る",
    "slack.reason": "理由（却下する場合、または警告がある場合は必須）",
    "slack.own_link": "回答は、各承認者宛てのメールに記載されたリンクから行ってください。",
    "slack.confirm.title": "よろしいですか？",
    "slack.confirm.text": "{migration} についての回答を送信します。",
    "slack.confirm.yes": "はい",
    "slack.confirm.no": "キャンセル",
    "slack.not_allowed": "この移行の承認者ではありません。何も変更されていません。",
    "slack.closed": "この確認は終了しました。何も変更されていません。",
    "slack.stale": "状況が変わったため、メッセージを更新しました。もう一度ご確認ください。",
    "slack.noted": "承認を受け付けました（{required}名中 {given}名）。",
    "slack.already": "すでに回答済みです。何も変更されていません。",
}
