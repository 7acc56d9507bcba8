"""Japanese for checks that failed or could not be answered: what was asked, and what to do.

A failure says what it saw in the step's own English; that stays beside these words. The part of an
id before a computed one stands for all of its kind.
"""

from __future__ import annotations

from collections.abc import Mapping

_REPORT = (
    "レポートを保存し、示された点を直してから、もう一度開始してください。失われたものはありません。"
)
_SETTING = (
    "EnvironmentFileArn のファイルに書くか、意図した違いなら SettingsKnownToDiffer に指定して"
    "ください。"
)
_ALTERED = (
    "誰が変更したかを確認してください。このままでは、書き込みをすべて持って戻ることはできません。"
)
_SERVER_LOG = "新しいサーバーのログを確認してください。"
_RESTART = "再起動するか、allowSourceRestart を true にして開始してください。"

JAPANESE_FAILURES: Mapping[str, tuple[str, str]] = {
    "approval.approvers": (
        "承認できる人の数",
        "Approvers に人を加えてください。開始した人は AllowSelfApproval のときだけ数えます。",
    ),
    "approval.slack": (
        "Slack への通知",
        "SlackWebhookSecretArn のシークレットに、Webhook のアドレス、または"
        '{"token": "xoxb-...", "channel": "C..."} を書いてください。Slack を使わない場合は、'
        "パラメーターを空にしてください。",
    ),
    "approval.slack_buttons": (
        "Slack のボタンの署名の検証",
        "SlackSigningSecretArn のシークレットに、アプリの Signing Secret だけを書いてください。",
    ),
    "approval.subscriptions": (
        "承認者のメール購読の確認",
        "各自が SNS からの確認メールを開いて確認してください。",
    ),
    "clean_up.source": (
        "元のデータベースの片付け",
        "元のホストを廃止する前に、スキーマ redash_migration とスロットを削除してください。",
    ),
    "data": ("両側のテーブルの内容の一致", _REPORT),
    "data.verified": ("両側のすべてのテーブルの内容の一致", _REPORT),
    "databases.collation": (
        "文字列の並び順の一致",
        "並び順を保つ必要があれば、同じロケールでデータベースを作り直してください。",
    ),
    "databases.comparison": (
        "両側で同じ値から同じチェックサムが得られること",
        "示された設定を両側でそろえ、事前確認をもう一度実行してください。",
    ),
    "databases.encoding": (
        "文字コードの適合",
        "新しいデータベースを UTF8 で作るか、示された文字列を直してください。",
    ),
    "databases.extensions": (
        "拡張機能の有無",
        "新しいサーバーで使えるようにするか、使っていなければ元の側で削除してください。",
    ),
    "databases.features": (
        "列に必要な機能(libxml、lz4)の有無",
        "RDS のようにその機能を持つサーバーを使うか、元の側の列を変えてください。",
    ),
    "databases.hash_partitions": (
        "ハッシュパーティションの行の振り分けの一致",
        "LIST か RANGE、または組み込み型の列のハッシュで分割してください。",
    ),
    "databases.row_security": (
        "新しいデータベースの行セキュリティ",
        "移行先で ALTER ROLE ... BYPASSRLS を実行してください。",
    ),
    "databases.settings": (
        "セッションの設定の一致",
        "必要な設定を、新しいデータベースで ALTER DATABASE ... SET により合わせてください。",
    ),
    "databases.two": (
        "新旧が別のデータベースであること",
        "移行先のシークレットが元のデータベースを指しています。修正してください。",
    ),
    "databases.versions": (
        "PostgreSQL のバージョンの順序",
        "新しいデータベースを、同じかより新しいメジャーバージョンで作ってください。",
    ),
    "host.containers": (
        "元のホストの Redash のコンテナ",
        "必要なものを起動してください。",
    ),
    "host.database": (
        "元のホストの PostgreSQL のコンテナ",
        "docker ps とコンテナのログを確認してください。",
    ),
    "host.other_containers": (
        "元のホストで動き続けるほかのコンテナ",
        "Redash がクエリを送るものなら、新しい環境からそのポートに届くようにしてください。",
    ),
    "host.paused_data_sources": (
        "一時停止中のデータソース",
        "切り替え後に、もう一度一時停止してください。",
    ),
    "host.backlog": (
        "元のワーカーの処理が追いついているか",
        "ワーカーを増やすか、空いている時間に切り替えてください。",
    ),
    "host.jobs_left": (
        "元のキューに残ったジョブ",
        "何が残ったかを確認してください。監査ログの行とアラートの評価が遅れます。",
    ),
    "host.clock": (
        "元のホストの時計",
        "NTP で時刻を合わせてください。",
    ),
    "host.directory": (
        "元のホストの ComposeDirectory",
        "ComposeDirectory を直すか、空きを作るか、書き込めるようにしてください。",
    ),
    "host.keeper": (
        "元のコンテナを起動・削除するほかの仕組み",
        "Compose だけで、up -d を使い、--rm なしで起動してください。",
    ),
    "host.other_databases": (
        "元の PostgreSQL にあるほかのデータベース",
        "先に移すか、確定後にコンテナを起動し直してください。",
    ),
    "host.proxy": (
        "元のプロキシがしていたこと",
        "ロードバランサーで行ってください。",
    ),
    "host.workers_elsewhere": (
        "ほかのホストで動くワーカー",
        "切り替え前に停止してください。",
    ),
    "proof.same_sources": (
        "データソースの接続先",
        "両方のネットワークで名前解決の結果を比べてください。",
    ),
    "proof.pauses": (
        "データソースの一時停止の引き継ぎ",
        "ランナーを追加したときに、もう一度一時停止してください。",
    ),
    "proof.files": (
        "データソースが使うファイルとモジュール",
        "新しい環境のイメージに含めてください。",
    ),
    "proof.place": (
        "プロキシの数、タイムゾーン、REDASH_HOST",
        "`REDASH_PROXIES_COUNT` は 1、`REDASH_HOST` は利用者が開く名前、"
        "`TZ` は元と同じにしてください。",
    ),
    "proof.servers": (
        "関数から新しいサーバーへの到達",
        "関数のセキュリティグループから、タスクのポートに届くようにしてください。",
    ),
    "proof.sign_in": (
        "ヘッダーによるサインイン",
        "無効にするか、プロキシまたはロードバランサーで設定してください。",
    ),
    "proof.workers": (
        "キューごとのワーカーの数",
        "`WORKERS_COUNT` または `EcsWorkerServices` の数を増やしてください。",
    ),
    "services.memory": (
        "タスクのメモリー",
        "メモリーを増やすか、プロセスを減らしてください。",
    ),
    "services.lasting": (
        "スケジューラーとワーカーの継続",
        "サーバー用のヘルスチェックとターゲットグループを外し、ワーカーの `/tmp` は書き込めるように"
        "して、スケジューラーは 1つにしてください。",
    ),
    "host.mounts": (
        "元のコンテナがマウントしているファイル",
        "必要なファイルを、新しい環境のイメージに含めてください。",
    ),
    "host.work_ended": (
        "元のワーカーの仕事の終わり",
        "対応は不要です。もう一度実行されます。",
    ),
    "host.queues": (
        "redis のキュー",
        "ホストの REDASH_REDIS_URL を修正してください。",
    ),
    "host.redash_version": (
        "元の Redash のバージョン",
        "先に元の Redash を 10.1 に上げてください。",
    ),
    "integrity.alembic_version": (
        "両側のスキーマの版の一致",
        "同じバージョンの Redash で移行し、アップグレードはそのあとに行ってください。",
    ),
    "integrity.application_rights": (
        "新しい Redash のロールの権限",
        "示された権限を与えるか、ApplicationDatabaseRole を空にしてください。",
    ),
    "integrity.columns": ("列の一致", _REPORT),
    "integrity.constraints": ("制約の一致", _REPORT),
    "integrity.foreign_keys": ("外部キーの参照先", _REPORT),
    "integrity.functions": ("関数の一致", _REPORT),
    "integrity.indexes": ("インデックスの一致", _REPORT),
    "integrity.not_null": ("NOT NULL の列", _REPORT),
    "integrity.search_vector": ("検索用の列の一致", _REPORT),
    "integrity.sequences": ("シーケンスの一致", _REPORT),
    "integrity.session_replication_role": (
        "新しいデータベースで外部キーとトリガーが働くこと",
        "パラメーターグループから session_replication_role を外し、再起動してください。",
    ),
    "integrity.tables": ("テーブルの一致", _REPORT),
    "integrity.triggers": ("トリガーの一致", _REPORT),
    "integrity.views": ("ビューの一致", _REPORT),
    "live.jobs": (
        "新しい環境のワーカーでのクエリの実行",
        "ワーカーのログを確認してください。直るまで定期実行は動きません。",
    ),
    "live.queues": (
        "各キューを受け持つワーカー",
        "ワーカーを起動してください。管理者のキーを使うと、すべてを確認できます。",
    ),
    "live.scheduler": (
        "新しい環境のスケジューラーの動作",
        "スケジューラーのログを確認してください。直るまで定期実行とアラートは動きません。",
    ),
    "plan.approval_window": (
        "コピーにかかる時間と承認の期限",
        "確認が作業の時間帯に始まるように開始するか、ApprovalTimeoutHours を長くしてください。",
    ),
    "plan.carried": (
        "すべてのテーブルを運べること",
        "示されたテーブルに主キーを付けるか、手で移してください。",
    ),
    "plan.fits": (
        "テーブルの数",
        "Redash のものではないテーブルを、別のデータベースへ移してください。",
    ),
    "plan.largest_row": ("最大の行の大きさ", "示された行を短くするか、削除してください。"),
    "plan.made": ("計画の作成", "先に不合格になった検査を直してください。"),
    "plan.restored": ("自前でコピーするテーブル", "示されたテーブルの対処に従ってください。"),
    "plan.write_pause": (
        "予測される書き込み停止時間",
        "大きいテーブルの古い行を先に削除するか、WritePauseBudgetSeconds を引き上げてください。",
    ),
    "precopy": (
        "事前コピー",
        "session_replication_role を設定できるロールを使ってください。停止時間が長くなります。",
    ),
    "proof.addresses": (
        "サインインや通知先への、新しい環境からの接続",
        "新しいサブネットからの接続を開けてください。",
    ),
    "proof.data_sources": (
        "新しい環境からのデータソースへの接続",
        "データソース側で新しいサブネットからの接続を許可してください。",
    ),
    "proof.database": (
        "新しい Redash からデータベースへの接続",
        "REDASH_DATABASE_URL のアドレス、パスワード、セキュリティグループを確認してください。",
    ),
    "proof.mail": (
        "新しい環境からメールサーバーへの接続",
        "接続を許可するか、REDASH_MAIL_SERVER を変更してください。",
    ),
    "proof.old_home": (
        "元の環境に同じ質問ができること",
        "元のサーバーのコンテナとログを確認してください。",
    ),
    "proof.queues": (
        "ワーカーが受け持つキュー",
        "足りないキューを、新しい環境のワーカーに加えてください。",
    ),
    "proof.redash": ("新しい Redash の起動", "タスクのログを確認してください。"),
    "proof.redis": (
        "新しい Redash から Valkey への接続",
        "REDASH_REDIS_URL のアドレス、パスワード、セキュリティグループを確認してください。",
    ),
    "proof.revision": (
        "新しいイメージが求めるスキーマの版",
        "元と同じバージョンのイメージを使ってください。",
    ),
    "proof.worker_tasks": (
        "新環境の各ワーカーのタスクが起動すること",
        "ECS で停止したタスクの理由を確認してください（イメージ、シークレット、ロググループ、"
        "ロール、ネットワーク）。",
    ),
    "proof.run": (
        "新しい環境のネットワークからの確認",
        "EcsLogGroup と EcsTaskRoleArns を指定し、タスクのログを確認してください。",
    ),
    "replication.drained": (
        "変更がすべて届いたこと",
        "タスクの遅延と awsdms_apply_exceptions を確認してから、もう一度開始してください。",
    ),
    "replication.source_endpoint": (
        "DMS から元のデータベースへの接続",
        "シークレット、pg_hba.conf、5432番のセキュリティグループを確認してください。",
    ),
    "replication.target_endpoint": (
        "DMS から新しいデータベースへの接続",
        "シークレットと 5432番のセキュリティグループを確認してください。",
    ),
    "replication.source_endpoint_settings": (
        "ソースエンドポイントの設定",
        "スタックをもう一度デプロイしてください。",
    ),
    "replication.target_endpoint_settings": (
        "ターゲットエンドポイントの設定",
        "スタックをもう一度デプロイしてください。",
    ),
    "replication.engine_version": (
        "DMS エンジンのバージョン",
        "ReplicationEngineVersion に新しいものを指定してください。",
    ),
    "replication.full_load": (
        "全テーブルの初期ロード",
        "示されたテーブルについて、タスクのテーブル統計を確認してください。",
    ),
    "replication.instance": (
        "DMS インスタンスの状態",
        "DMS で状態を確認し、なければスタックをもう一度デプロイしてください。",
    ),
    "replication.validation": (
        "DMS による照合",
        "示されたテーブルを確認してから、もう一度開始してください。",
    ),
    "return.keyless_tables": (
        "主キーのないテーブルの大きさ",
        "行を減らすか、新しい環境を使い続けてください。",
    ),
    "return.new_schema": ("新しいデータベースのスキーマ", _ALTERED),
    "return.old_database": ("元のデータベースが書き換えられていないこと", _ALTERED),
    "return.old_role": (
        "移行用ロールが元のデータベースへ書き戻す権限",
        "表示された GRANT を実行してください。毎分、確認し直します。",
    ),
    "return.old_schema": ("元のデータベースのスキーマ", _ALTERED),
    "return.replication_ended": (
        "レプリケーションの終了",
        "DMS のタスクが終わるのを待ってください。毎分、確認し直します。",
    ),
    "return.taken_back": (
        "失敗した切り戻しの後、元の環境が閉じていること",
        "元のホストの Redash を停止し、元のデータベースに書き込みがないことを確認してください。",
    ),
    "return.room": ("元のホストの空き容量", "空きを作ってください。毎分、確認し直します。"),
    "roll_back.forged_entries": (
        "取り消しの記録が書き換えられていないこと",
        "記録のテーブルに誰が書き込んだかを調べ、リスナー、サービス、"
        "両方のデータベースを確認してください。",
    ),
    "roll_back.target_kept": (
        "新しいデータベースの片付け",
        "書き込みの内容を確認してから、DROP SCHEMA ... CASCADE で削除してください。",
    ),
    "secrets.cookie_secret": (
        "REDASH_COOKIE_SECRET の一致",
        "元の値をシークレットに入れてください。このままでは利用者がログアウトされます。",
    ),
    "secrets.secret_key": (
        "REDASH_SECRET_KEY の一致",
        "元の値をシークレットに入れてください。このままではデータソースを復号できません。",
    ),
    "sequences.ready": (
        "シーケンスを設定できること",
        "示されたシーケンスを広げるか、列の型を変更してください。",
    ),
    "sequences.set": (
        "シーケンスが使用中の値より先であること",
        "示されたシーケンスを広げるか、列の型を変更してください。",
    ),
    "services.alike": (
        "サーバーとワーカーの、イメージ・ロール・ネットワークの一致",
        "意図したものでなければ、同じにしてください。",
    ),
    "services.as_proven": (
        "一時停止の前の再確認：試験したものと同じサービス、サーバーであること",
        "最初からやり直してください。移行中は、新環境に何もデプロイしないでください。",
    ),
    "services.asleep": ("新しい環境のサービスの停止", "必要なタスク数を 0 にしてください。"),
    "services.exist": (
        "新しい環境のサービスの有無",
        "EcsCluster、EcsServerService、EcsWorkerServices を修正してください。",
    ),
    "services.roles": (
        "新しい環境のサーバー、スケジューラー、ワーカー",
        "足りないサービスを EcsServerService か EcsWorkerServices に指定してください。",
    ),
    "services.target_group": (
        "新しいサーバーのターゲットグループ",
        "サービスのターゲットグループを TargetGroupArn に合わせてください。",
    ),
    "services.version": (
        "両側の Redash のバージョンの一致",
        "まず同じバージョンで移行し、アップグレードはそのあとに行ってください。",
    ),
    "services.essentials": (
        "新しい環境の全コンテナのデータベース、redis、秘密の値の一致",
        "示されたものを、スタックに指定したシークレットから、すべてのコンテナに渡してください。",
    ),
    "settings.access": ("HTTPS や組織の設定", _SETTING),
    "settings.limits": ("時間や件数の上限の設定", _SETTING),
    "settings.mail": ("メールの設定", _SETTING),
    "settings.network": ("プロキシや証明書の設定", _SETTING),
    "settings.other": ("そのほかの設定", _SETTING),
    "settings.runners": ("クエリランナーや通知先の設定", _SETTING),
    "settings.sign_in": ("サインインの設定", _SETTING),
    "smoke.alerts": ("アラートの表示", _SERVER_LOG),
    "smoke.api": ("API キー", "RedashApiKeySecretArn を設定してください。"),
    "smoke.dashboards": ("ダッシュボードの表示", _SERVER_LOG),
    "smoke.data_sources": (
        "データソースの一覧",
        "足りないものは、ランナーが新しいイメージにないか、復号できません。",
    ),
    "smoke.paused_data_sources": (
        "データソースの一時停止の引き継ぎ",
        "切り替え後、すぐに手で同じ状態にしてください。",
    ),
    "smoke.ping": ("新しい Redash の応答", _SERVER_LOG),
    "smoke.queries": ("クエリの一覧", _SERVER_LOG),
    "smoke.results": ("保存された結果の表示", _SERVER_LOG),
    "smoke.search": ("クエリの検索", "integrity.search_vector の検査を確認してください。"),
    "smoke.session": (
        "API キーによるサインイン",
        "RedashApiKeySecretArn に、実在する利用者のキーを入れてください。",
    ),
    "smoke.setup_closed": (
        "初期設定の画面が閉じていること",
        "組織が見つからない状態です。別のデータベースを読んでいないか確認してください。",
    ),
    "source.alembic": (
        "Redash のデータベースであること",
        "シークレットの dbname に Redash のデータベースを指定してください。",
    ),
    "source.decoding_plugin": (
        "デコーディングプラグイン",
        "PluginName のものを入れるか、PluginName を変更してください。",
    ),
    "source.may_return": (
        "切り替え後の書き込みを元の DB へ戻す権限",
        "表示された GRANT を実行してください。",
    ),
    "source.room_for_return": (
        "切り替え後の書き込みを戻すための元のディスクの空き",
        "元のホストのボリュームを増やすか、WalBudgetGibibytes を下げてください。",
    ),
    "host.redash_reachable": (
        "関数のネットワークから元の Redash のポートへの接続",
        "元のホストで、関数のセキュリティグループからの接続を許可してください。",
    ),
    "source.disk_free": (
        "元のホストのディスクの空き",
        "空きを作るか、ボリュームを増やしてください。満杯になると元の Redash が止まります。",
    ),
    "source.collation_versions": (
        "インデックスとロケールのバージョンの一致",
        "移行元で REINDEX を実行し、ALTER COLLATION ... REFRESH VERSION を実行してください。",
    ),
    "source.counters": (
        "書き込まれた行の計数",
        "ALTER SYSTEM SET track_counts = on を実行し、設定を読み込み直してください。",
    ),
    "source.dms_tables": (
        "DMS 専用のテーブル（awsdms_*）に依存するオブジェクト",
        "自分で作ったテーブルなら名前を変え、不要なら依存するオブジェクトを削除してください。",
    ),
    "source.event_triggers": (
        "イベントトリガー",
        "移行が終わるまで ALTER EVENT TRIGGER ... DISABLE で無効にしてください。",
    ),
    "source.extension_rows": ("拡張機能のテーブルの行", "手で移してください。"),
    "source.fence": (
        "書き込みの遮断",
        "示された接続元を止めてから、もう一度開始してください。",
    ),
    "source.fence_rights": (
        "接続を切断する権限",
        "スーパーユーザーを使うか、スーパーユーザーが接続しないことを確かめてください。",
    ),
    "source.foreign_tables": (
        "外部テーブル",
        "新しいデータベースから接続できることを確認してください。",
    ),
    "source.host_based_authentication": (
        "pg_hba.conf の許可",
        "示された行を加えるか、allowSourceRestart を true にして開始してください。",
    ),
    "source.invalid_indexes": (
        "無効なインデックス",
        "REINDEX INDEX CONCURRENTLY で作り直すか、削除してください。",
    ),
    "source.large_objects": (
        "ラージオブジェクト",
        "削除するか、手で移してください。Redash は使いません。",
    ),
    "source.left_behind": (
        "移行されないもの",
        "left-behind.sql から必要な文を新しいデータベースで実行してください。",
    ),
    "source.long_transactions": (
        "長時間続いているトランザクション",
        "pg_terminate_backend(pid) で終了させてください。"
        "準備済みのものは、そのデータベースで ROLLBACK PREPARED などを実行してください。",
    ),
    "source.materialized_views": (
        "マテリアライズドビュー",
        "切り替え後に REFRESH MATERIALIZED VIEW を実行してください。",
    ),
    "source.max_slot_wal_keep_size": (
        "保持できるログの量の上限",
        "ALTER SYSTEM SET max_slot_wal_keep_size = -1 を実行し、設定を再読み込みしてください。",
    ),
    "source.names": (
        "schema.name の名前がそれぞれ一つのテーブルかシーケンスを指すこと",
        "同じに読める二つの一方を RENAME してください。redash_migration の中の自作のものは別の"
        "スキーマへ移してください。",
    ),
    "source.names_in_texts": (
        "配列や複合型の中でオブジェクトを名指すもの",
        "CopySchema で拒まれたら、移行が終わるまで DROP DEFAULT するか、削除してください。",
    ),
    "source.orphans": (
        "参照先のない行",
        "示された行を削除するか直してください。新しいデータベースは受け付けません。",
    ),
    "source.other_slots": (
        "ほかのレプリケーションスロット",
        "不要なものは pg_drop_replication_slot で削除してください。",
    ),
    "source.own_schema": (
        "スキーマ redash_migration",
        "以前の移行が残したものなら削除してください。",
    ),
    "source.prepared_transactions": (
        "準備済みのトランザクション",
        "示されたものをコミットするか、取り消してください。",
    ),
    "source.publications": (
        "パブリケーション",
        "必要なら、新しいデータベースで作り直してください。",
    ),
    "source.reachable": (
        "元のデータベースへの接続",
        "シークレット、pg_hba.conf、5432番のセキュリティグループを確認してください。",
    ),
    "source.readable": (
        "読み取りの権限",
        "スーパーユーザーを使うか、示された権限を与えてください。",
    ),
    "source.replication_slots": (
        "レプリケーションスロットの空き",
        f"max_replication_slots を増やして{_RESTART}",
    ),
    "source.role": (
        "レプリケーションの権限",
        "ALTER ROLE ... REPLICATION を実行するか、別のユーザーをシークレットに入れてください。",
    ),
    "source.row_security": (
        "行セキュリティ",
        "ALTER ROLE ... BYPASSRLS を実行するか、スーパーユーザーを使ってください。",
    ),
    "source.schema": (
        "元のスキーマが変わっていないこと",
        "もう一度開始してください。移行が終わるまで、スキーマは変更しないでください。",
    ),
    "source.search_path": (
        "CHECK、ドメイン、生成列、インデックスの結果が、どのセッションでも同じこと",
        "示された関数に ALTER FUNCTION ... SET search_path を設定してください。"
        "時刻に依存するものには SET timezone を設定してください。"
        "interval、float、bytea の文字列表現は使わないでください。",
    ),
    "source.sequences": (
        "シーケンスと列の値",
        "示されたシーケンスを確認してください。",
    ),
    "source.subscriptions": (
        "このデータベースに書き込むサブスクリプション",
        "ALTER SUBSCRIPTION ... DISABLE を実行してください。",
    ),
    "source.untouched": (
        "遮断後に元の側へ書き込みがないこと",
        "書き込んだ接続元を止めてから、もう一度開始してください。",
    ),
    "source.unvalidated_constraints": (
        "未検証の制約",
        "移行の前に VALIDATE CONSTRAINT を実行してください。",
    ),
    "source.version": ("PostgreSQL のバージョン", "13 以降に上げてください。"),
    "source.wal_budget": (
        "WAL の許容量",
        "df が動くことを確かめ、WalBudgetGibibytes を指定してください。",
    ),
    "source.wal_level": (
        "変更の取り込みに必要な wal_level",
        f"wal_level = logical にして{_RESTART}",
    ),
    "source.wal_sender_timeout": (
        "wal_sender_timeout",
        "0 か 10秒以上にして、設定を再読み込みしてください。",
    ),
    "source.wal_senders": ("WAL センダーの空き", f"max_wal_senders を増やして{_RESTART}"),
    "source.writable": (
        "元のデータベースへの書き込み",
        "レプリカか読み取り専用です。プライマリを指定してください。",
    ),
    "target.application_role": (
        "新しい Redash のロール",
        "作成するか、ApplicationDatabaseRole を空にしてください。",
    ),
    "target.empty": (
        "新しいデータベースが空であること",
        "空のデータベースを用意するか、示されたものを削除してください。",
    ),
    "target.may_set_replication_role": (
        "コピー中にトリガーを止める権限",
        "rds_superuser のメンバーを使ってください。",
    ),
    "target.reachable": (
        "新しいデータベースへの接続",
        "シークレットと 5432番のセキュリティグループを確認してください。",
    ),
    "target.schema": (
        "新しい側でのスキーマの作成",
        "示されたものについて、サーバーの応答に従ってください。",
    ),
    "target.schema_refused": ("新しいサーバーが拒んだもの", "必要であれば手で作成してください。"),
    "target.session_replication_role": (
        "新しいデータベースで外部キーとトリガーが働くこと",
        "パラメーターグループから session_replication_role を外し、再起動してください。",
    ),
    "target.temporary_tables": (
        "一時テーブルを作る権限",
        "GRANT TEMPORARY ON DATABASE ... TO ... を実行してください。",
    ),
    "target.writable": (
        "新しいデータベースへの書き込み",
        "レプリカか読み取り専用です。プライマリを指定してください。",
    ),
    "traffic.as_inspected": (
        "一時停止の前の再確認：ルール、経路、ターゲットグループが点検時のままであること",
        "元の設定に戻すか、最初からやり直してください。",
    ),
    "traffic.closed": (
        "新しい Redash に利用者が到達できないこと",
        "ターゲットグループのルールを、どのクライアントにも当たらない条件にしてください。",
    ),
    "traffic.log_in": (
        "リスナーのログイン設定",
        "示された対処に従ってください。Cognito なら CognitoUserPoolArn を指定します。",
    ),
    "traffic.old_home": (
        "リスナーが元の Redash に導くこと",
        "先に元のホストを確認してください。",
    ),
    "traffic.other_ways": (
        "元の Redash に届くほかの経路",
        "切り替えるリスナーへリダイレクトしてください。",
    ),
    "traffic.other_rules": (
        "元の Redash に導くほかのルール",
        "外すか、ListenerRuleArn に指定してください。",
    ),
    "traffic.target_group": (
        "新しいターゲットグループの設定",
        "種類は ip、ヘルスチェックは /ping、スティッキーは無効にしてください。",
    ),
    "traffic.targets": (
        "一時停止の前の再確認：新しいグループのターゲットが、すべてサーバーのタスクであること",
        "ほかのターゲットをグループから外してください。",
    ),
}
