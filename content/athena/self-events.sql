-- What Tidemark itself did or found, in lake, in the last seven days. Gaps, repairs, moved watermarks, lost permissions and the like.
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY event.id ORDER BY dt) AS copy
  FROM "tidemark"."lake"
  WHERE dt BETWEEN date_format(current_date - INTERVAL '6' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')
), events AS (
  SELECT * FROM numbered WHERE copy = 1
)
SELECT "timestamp", "tidemark".act, "tidemark".feed, "event".outcome, "tidemark"."range"."from", "tidemark"."range"."to", message
FROM events
WHERE "event".module = 'tidemark'
ORDER BY "timestamp" DESC
LIMIT 1000
