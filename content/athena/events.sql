-- Events of lake in the last seven days. Each event once, though it may have been delivered twice.
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY event.id ORDER BY dt) AS copy
  FROM "tidemark"."lake"
  WHERE dt BETWEEN date_format(current_date - INTERVAL '6' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')
), events AS (
  SELECT * FROM numbered WHERE copy = 1
)
SELECT dt, source_id, "timestamp", "message", "tags", "event", "user", "group", "source", "host", "file", "organization", "service", "observer", "related", "error", "ecs", "tidemark", "frame", "thousandeyes", "vbrick"
FROM events
ORDER BY "timestamp" DESC
LIMIT 1000
