"""Japanese for the checks that can be a warning: what it means, and what to do.

The steps write their findings in English, with the names and figures they saw; those stay beside
these texts. A check that is not in this list is shown as the step wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping

from redash_migration.approval.texts.japanese_failures import JAPANESE_FAILURES

JAPANESE_CHECKS: Mapping[str, tuple[str, str]] = {
    "replication.validation": (
        "DMS による照合が終わっていない、または不一致とされたテーブルがあります。",
        "切り替え前に全テーブルをチェックサムで照合するため、そのまま進められます。不一致の場合は先に"
        "新しい側の awsdms_validation_failures_v1 を確認してください。",
    ),
    "replication.engine_version": (
        "この PostgreSQL のバージョンに対応した DMS エンジンは文書化されていません。",
        "DMS ユーザーガイドのソースバージョン一覧を確認し、最新のエンジンを使ってください。",
    ),
    "host.containers": (
        "既存サーバーで動いていない Redash のコンテナがあります。",
        "必要なものなら起動してください。切り戻しでは、いま動いているものだけを起動します。",
    ),
    "settings.sign_in": (
        "サインインに関する設定が新環境と異なります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "settings.mail": (
        "メールに関する設定が新環境と異なります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "settings.runners": (
        "クエリランナーや通知先の設定が新環境と異なります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "settings.access": (
        "HTTPS や組織など、画面の応答に関わる設定が新環境と異なります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "settings.limits": (
        "時間や件数の上限に関する設定が新環境と異なります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "settings.network": (
        "プロキシや証明書など、通信に関わる設定が新環境と異なります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "settings.other": (
        "そのほかの設定に、新環境と異なるものがあります。",
        "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
        "ください。",
    ),
    "proof.worker_tasks": (
        "一部のワーカーは、タスクが起動するかどうかを切り替え前に確認していません。",
        "そのタスクのロールも EcsTaskRoleArns に指定してください。",
    ),
    "proof.run": (
        "新環境のネットワークからの確認は行われていません。",
        "新環境のスタックの出力にある EcsLogGroup と EcsTaskRoleArns を指定してください。",
    ),
    "proof.old_home": (
        "既存の Redash に同じ確認ができませんでした。以前からの不具合も移行の失敗と判断されます。",
        "ProveNewHome の Run Command の出力を確認してください。",
    ),
    "proof.queues": (
        "受け持つワーカーを確認できないキューがあります。ワーカーの設定は環境ファイルにあります。",
        "タスク定義に QUEUES を書くか、その環境ファイルの内容を確認してください。",
    ),
    "proof.database": (
        "新しいデータベースで Redash のロールに、既存環境にはない制限があります "
        "(statement_timeout などの時間切れ、または接続数)。",
        "ALTER ROLE、ALTER DATABASE、パラメーターグループの設定を確認し、"
        "不要な制限を外してください。",
    ),
    "proof.data_sources": (
        "新環境からは応答しないデータソースがあります。既存サーバーからは応答します。",
        "新環境のサブネットからの接続（セキュリティグループ、許可リスト）を開けてください。",
    ),
    "proof.mail": (
        "新環境からメールサーバーに接続できません。",
        "新環境からの接続を許可するか、REDASH_MAIL_SERVER を変更してください。",
    ),
    "smoke.data_sources": (
        "データソースの確認は、既存の Redash でも成功していません。",
        "サーバーのログを確認してください。",
    ),
    "smoke.queries": (
        "確認できるクエリがないため、検索と結果は確認していません。",
        "そのまま進められます。",
    ),
    "smoke.search": (
        "検索は、既存の Redash でも成功していません。",
        "移行とは関係ありません。必要なら移行後に直してください。",
    ),
    "smoke.results": (
        "保存された結果がないか、既存の Redash でも表示できません。",
        "サーバーのログを確認してください。",
    ),
    "plan.write_pause": (
        "予測される書き込み停止時間が上限を超えています。",
        "大きいテーブルの古い行を先に削除するか、WritePauseBudgetSeconds を引き上げてください。",
    ),
    "plan.approval_window": (
        "コピーの所要時間に対して、承認の期限が短すぎます。",
        "確認が作業の時間帯に始まるように開始するか、ApprovalTimeoutHours を長くしてください。",
    ),
    "source.wal_budget": (
        "ログの増え方が速く、許容量に余裕がありません。",
        "初期ロード後は早めに承認するか、ボリュームと許容量を増やしてください。",
    ),
    "source.long_transactions": (
        "長時間続いているトランザクションがあります。レプリケーションの開始が遅れます。",
        "pg_terminate_backend(pid) で終了させてください。"
        "準備済みのものは、そのデータベースで ROLLBACK PREPARED などを実行してください。",
    ),
    "source.left_behind": (
        "スキーマとデータのほかに、移行されないもの（ロール、権限、設定など）があります。",
        "レポートの隣の left-behind.sql から、必要な文を切り替え前に新 DB で実行してください。",
    ),
    "source.orphans": (
        "外部キーの一部は、時間内に確認できませんでした。",
        "参照先のない行がないか手作業で確認するか、書き込み停止中の検査に任せてください。",
    ),
    "host.backlog": (
        "既存のワーカーの処理が追いつかず、キューにジョブが溜まっています。",
        "ワーカーを増やすか、空いている時間に切り替えてください。残ったジョブは移行されません。",
    ),
    "host.jobs_left": (
        "既存のキューにジョブが残りました。監査ログ（events）の一部が新環境にない可能性がありま"
        "す。",
        "アラートは、次にクエリが実行されたときに評価されます。戻した場合は、残りも処理されます。",
    ),
    "host.work_ended": (
        "停止までに終わらなかったジョブがあり、中断されました。結果は保存されていません。",
        "対応は不要です。スケジュールまたは次の操作で、もう一度実行されます。",
    ),
    "host.clock": (
        "既存サーバーの時計がずれています。新環境では、"
        "差がなくなるまでクエリの実行時刻がずれます。",
        "NTP (chrony など) で合わせ、1時間ほど待ってください。",
    ),
    "host.directory": (
        "ComposeDirectory が既存サーバーにありません。"
        "そこで見つかった唯一の Redash を対象とします。",
        "ComposeDirectory を修正してください。",
    ),
    "host.keeper": (
        "systemd または watchtower などが、移行中にコンテナを起動、削除、更新することがあります。",
        "ユニットが停止後に再起動も削除もしないことを確認し、watchtower などは移行が終わるまで"
        "止めてください。",
    ),
    "host.other_databases": (
        "既存の PostgreSQL にはほかのデータベースもあります。設定によっては再起動され、"
        "新環境の確定後は停止します。",
        "先に移すか、確定後にコンテナを起動し直してください。",
    ),
    "host.proxy": (
        "既存のプロキシ (nginx など) は、認証や接続元の制限、ヘッダーの追加などを行っています。"
        "新環境では行われません。",
        "必要なものは、ロードバランサーのルール、セキュリティグループ、WAF などで行ってください。",
    ),
    "host.workers_elsewhere": (
        "ほかのホストで動いている Redash のワーカーがあります。移行では停止されません。",
        "切り替え前に停止してください。",
    ),
    "proof.same_sources": (
        "データソースの接続先が新しいネットワークでは別のサーバーになるか、"
        "既存の Redash 自身の PostgreSQL です。",
        "両方のネットワークで名前解決の結果を比べ、既存の PostgreSQL を参照するものは接続先を変"
        "えてください。",
    ),
    "proof.pauses": (
        "新環境にランナーがないため、一時停止を引き継げないデータソースがあります。"
        "そのデータソースはクエリを受け付けません。",
        "ランナーを追加したときに、もう一度一時停止してください。",
    ),
    "proof.files": (
        "データソースが使うファイルまたは Python モジュールが、新環境のコンテナにありません。",
        "新環境のイメージに含めるか、タスクがマウントするファイルシステムに置いてください。",
    ),
    "proof.place": (
        "プロキシの数 (REDASH_PROXIES_COUNT)、REDASH_HOST、タイムゾーンのいずれかが、"
        "新環境に合っていません。",
        "REDASH_PROXIES_COUNT は 1、REDASH_HOST は利用者が開く名前、TZ は既存環境と同じにしてくだ"
        "さい。",
    ),
    "proof.workers": (
        "キューを処理するワーカーのプロセスが、既存環境より少なくなります。クエリの待ち時間が延びます。",
        "WORKERS_COUNT とタスクのメモリー、または EcsWorkerServices の数を増やしてください。",
    ),
    "services.memory": (
        "新環境のタスクのメモリーが、Redash のプロセス数に対して不足しています。",
        "メモリーを増やすか、WORKERS_COUNT または REDASH_WEB_WORKERS を減らしてください。",
    ),
    "proof.sign_in": (
        "Redash はリクエストのヘッダーでサインインさせる設定ですが、"
        "ロードバランサーはそのヘッダーを取り除きません。誰にでもなりすませます。",
        "無効にするか、タスク内のプロキシで設定するか、"
        "ロードバランサーのログインを使ってください。",
    ),
    "host.database": (
        "既存の Redash のコンテナは、複数の REDASH_DATABASE_URL を使っています。"
        "すべて停止されますが、移行されるデータベースは 1つです。",
        "Redash ごとに Compose のプロジェクトを分けてください。",
    ),
    "traffic.other_ways": (
        "切り替えの対象でないリスナーやルールからも、既存の Redash に届きます。",
        "切り替えるリスナーへリダイレクトしてください。そのままでは、停止したサーバーにつながります。",
    ),
    "host.mounts": (
        "既存の Redash のコンテナは、サーバーのファイルをマウントしています。",
        "必要なファイルを、新環境のイメージに含めてください。",
    ),
    "proof.redis": (
        "新環境の redis は、満杯になるとキーを捨てる設定です。ジョブが失われることがあります。",
        "パラメーターグループの maxmemory-policy を noeviction にしてください。",
    ),
    "proof.revision": (
        "新環境の Redash のバージョンが、既存の Redash と異なります。",
        "同じバージョンで移行し、アップグレードはそのあとに行ってください。",
    ),
    "proof.addresses": (
        "サインイン、アラートの通知先などに、新環境から接続できないものがあります。",
        "新環境のサブネットからの接続（セキュリティグループ、NAT、許可リスト）を開けてください。",
    ),
    "services.alike": (
        "ワーカーのサービスの一部の設定（ネットワーク、ロールなど）が、サーバーと異なります。",
        "意図したものでなければ、サーバーと同じ設定にしてください。",
    ),
    "host.queues": (
        "redis に接続できず、キューと停止中のデータソースを確認できません。",
        "REDASH_REDIS_URL を修正してください。このままでは、実行中のクエリの完了を待ちません。",
    ),
    "databases.encoding": (
        "文字コードが SQL_ASCII です。今の文字列はすべて UTF-8 として読めます。",
        "移行が終わるまで、別の文字コードで書き込まないでください。",
    ),
    "source.extension_rows": (
        "拡張機能のテーブルに行があります。CREATE EXTENSION で作られるもの以外は移行されません。",
        "手で入れた行なら、手で移してください。",
    ),
    "databases.row_security": (
        "新環境では、行セキュリティのポリシーが Redash のロールにも適用されます。",
        "Redash が全行を見る必要があるなら、移行先で ALTER ROLE ... BYPASSRLS を実行してください。",
    ),
    "source.sequences": (
        "シーケンスが、使っている列の値より遅れています。",
        "新環境では列の最大値の次から続きます。手作業での setval() は不要です。",
    ),
    "source.invalid_indexes": (
        "無効なインデックスがあり、pg_dump の対象になりません。",
        "REINDEX INDEX CONCURRENTLY で作り直すか、DROP INDEX で削除してください。",
    ),
    "source.unvalidated_constraints": (
        "全行が満たすとは確認されていない制約があります。",
        "新しい側では外部キーをすべて検証します。先に VALIDATE CONSTRAINT を実行してください。",
    ),
    "source.names_in_texts": (
        "既定値、CHECK、ビューが、配列や複合型の中でオブジェクトを名指しています。",
        "新しい側で先に作られて拒まれることがあります。CopySchema で拒まれたら、"
        "移行が終わるまで DROP DEFAULT するか、削除してください。",
    ),
    "source.collation_versions": (
        "インデックスの作成後に、並び順を決めるロケールのバージョンが変わっています。",
        "移行元で REINDEX を実行し、ALTER COLLATION ... REFRESH VERSION を実行してください。",
    ),
    "source.event_triggers": (
        "無効にされたイベントトリガーがあります。RDS では作成できないことがあります。",
        "新しいデータベースに不要なものは DROP EVENT TRIGGER で削除してください。",
    ),
    "source.other_slots": (
        "使われていないレプリケーションスロットがあり、ログがディスクにたまります。",
        "不要なものは pg_drop_replication_slot で削除してください。",
    ),
    "source.foreign_tables": (
        "外部テーブルがあります。行は別の場所に保存されています。",
        "新しいデータベースから接続できることを確認してください。ユーザーマッピングは手作業です。",
    ),
    "source.materialized_views": (
        "マテリアライズドビューは空の状態で作成されます。",
        "切り替え後に REFRESH MATERIALIZED VIEW を実行してください。",
    ),
    "source.fence_rights": (
        "このロールでは、スーパーユーザーの接続を切断できません。",
        "スーパーユーザーが接続しないのであれば、そのまま進められます。",
    ),
    "source.max_slot_wal_keep_size": (
        "保持できるログの量に上限があり、超えると移行をやり直すことになります。",
        "ALTER SYSTEM SET max_slot_wal_keep_size = -1 を実行し、設定を再読み込みしてください。",
    ),
    "databases.collation": (
        "文字列の並び順が新旧のデータベースで異なります。",
        "一覧の並び順を保つ必要があれば、同じロケールでデータベースを作り直してください。",
    ),
    "databases.settings": (
        "セッションの設定が新旧のデータベースで異なります。"
        "同じクエリでも表示や結果が変わることがあります。",
        "必要な設定は、新しいデータベースで ALTER DATABASE ... SET により合わせてください。",
    ),
    "target.schema_refused": (
        "新しいデータベースで作成できなかったものがあります。",
        "データにもクエリにも影響しません。必要であれば手作業で作成してください。",
    ),
    "precopy": (
        "事前コピーができなかったテーブルがあります。停止中に全体をコピーします。",
        "session_replication_role を設定できるロール（rds_superuser など）を使ってください。",
    ),
    "integrity.search_vector": (
        "検索用の列に、元のデータベースと同じ不足または差異があります。",
        "移行による変化ではありません。切り替え後に該当の行を保存し直すと更新されます。",
    ),
    "smoke.api": (
        "API キーがないため、データソース・検索・結果の表示は検査していません。",
        "RedashApiKeySecretArn を設定すると検査されます。",
    ),
    "traffic.old_home": (
        "現在の Redash に正常なターゲットがありません。",
        "先に元のホストを確認してください。移行は今の状態をそのまま引き継ぎます。",
    ),
    "traffic.target_group": (
        "新しいターゲットグループの設定が推奨と異なります。",
        "種類は ip、ヘルスチェックは /ping、スティッキーは無効にしてください。",
    ),
    "host.paused_data_sources": (
        "一時停止中のデータソースを確認できません。確認できない場合は引き継がれません。",
        "Redash で確認し、切り替え後に一時停止してください。",
    ),
    "return.taken_back": (
        "失敗した切り戻しの後、元の環境がすぐには閉じられませんでした。",
        "元のホストの Redash を停止し、元のデータベースに書き込みがないことを確認してください。"
        "書き込まれた行があれば、次に戻す前に内容を確認してください。",
    ),
    "return.room": (
        "元のホストの空き容量を確認できません。",
        "戻す前に元のホストで df -h を実行し、空き容量を確認してください。",
    ),
    "smoke.paused_data_sources": (
        "データソースの一時停止を、もう一方の環境と同じ状態にできませんでした。",
        "切り替え後、すぐに手で同じ状態にしてください。",
    ),
    "live.queues": (
        "この API キーでは、どのキューにワーカーがいるかを確認できません。",
        "admin グループの利用者のキーを RedashApiKeySecretArn に設定してください。",
    ),
    "live.jobs": (
        "切り替え後に試したクエリが失敗したか、試せるデータソースがありません。",
        "該当のデータソースでクエリを実行し、エラーの内容を確認してください。",
    ),
    "live.scheduler": (
        "この API キーでは、スケジューラーの動作を確認できません。",
        "admin グループの利用者のキーを RedashApiKeySecretArn に設定してください。",
    ),
    "approval.slack": (
        "Slack がいま応答しないため、通知が届くかどうかを確かめられませんでした。",
        "承認者にはメールが届きます。確認が始まるまでに Slack の状態を確かめてください。",
    ),
    "approval.subscriptions": (
        "通知メールの購読を確認していない承認者がいます。",
        "AWS から届いた購読確認メール（Subscription Confirmation）を開いて確認してください。",
    ),
    "clean_up.source": (
        "元のデータベースの片付けができませんでした。",
        "元のホストを廃止する前に、スキーマ redash_migration とスロットを削除してください。",
    ),
    "roll_back.forged_entries": (
        "取り消しの記録に、移行の手順が書いたものではない項目があります。"
        "その項目は実行していません。",
        "記録のテーブルに誰が書き込んだかを調べ、リスナー、サービス、"
        "両方のデータベースを確認してください。",
    ),
    "roll_back.target_kept": (
        "新しいデータベースに利用者の書き込みがあったため、テーブルを残してあります。",
        "内容を確認してから、DROP SCHEMA ... CASCADE で削除してください。",
    ),
    "source.may_return": (
        "移行用のロールに、切り替え後に書き込みを元の DB へ戻す権限がありません。",
        "表示された GRANT を実行してください。このまま進むと、後で戻るとき切り替え後の書き込みは"
        "引き継がれません。",
    ),
    "source.room_for_return": (
        "切り替え後の書き込みを元の DB へ戻すためのディスクの空きが足りません。",
        "元のホストのボリュームを増やすか、WalBudgetGibibytes を下げてください。",
    ),
    "host.redash_reachable": (
        "関数のネットワークから元の Redash のポートに接続できません。",
        "元のホストのセキュリティグループで、関数のセキュリティグループからの接続を許可して"
        "ください。",
    ),
    "services.version": (
        "新旧で Redash のバージョンが異なります。",
        "まず同じバージョンで移行し、アップグレードはそのあとに行ってください。",
    ),
}


def japanese_check(check_id: str) -> tuple[str, str] | None:
    """(meaning, remedy) of a warning; ``precopy.public.queries`` is found under ``precopy``."""
    return of_kind(check_id, JAPANESE_CHECKS)


def japanese_failure(check_id: str, status: str) -> tuple[str, str] | None:
    """(meaning, remedy) of a check that says FAIL or UNKNOWN."""
    known = of_kind(check_id, JAPANESE_FAILURES)
    if known is None:
        return None
    asked, remedy = known
    said = "確認できませんでした" if status == "UNKNOWN" else "不合格です"
    return f"{asked}: {said}。", remedy


def of_kind(check_id: str, words: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The words of an id or of the longest part before a computed one.

    A return asks the same of the other side, under ``return.``.
    """
    for whole in (check_id, check_id.removeprefix("return.")):
        parts = whole.split(".")
        for length in range(len(parts), 0, -1):
            if (name := ".".join(parts[:length])) in words:
                return words[name]
    return None
