-- Failed sign-ins of lake by user in the last seven days. Who failed to sign in, how often, and from how many addresses.
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY event.id ORDER BY dt) AS copy
  FROM "tidemark"."lake"
  WHERE dt BETWEEN date_format(current_date - INTERVAL '6' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')
), events AS (
  SELECT * FROM numbered WHERE copy = 1
)
SELECT coalesce("user".name, "user".email, "user".id) AS who, "service".name AS service, count(*) AS failures,
  count(DISTINCT "source".ip) AS addresses, min("timestamp") AS first, max("timestamp") AS last
FROM events
WHERE contains("event".category, 'authentication') AND "event".outcome = 'failure'
GROUP BY 1, 2
ORDER BY failures DESC
LIMIT 100
