-- Changes of users and access of lake in the last seven days. Users, groups, roles, tokens and keys: what was made, changed and deleted, by whom.
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY event.id ORDER BY dt) AS copy
  FROM "tidemark"."lake"
  WHERE dt BETWEEN date_format(current_date - INTERVAL '6' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')
), events AS (
  SELECT * FROM numbered WHERE copy = 1
)
SELECT "timestamp", "service".name AS service, coalesce("user".name, "user".email, "user".id) AS who, "event".action,
  coalesce("user".target.name, "user".target.email, "user".target.id, "group".name) AS whom, "source".ip, message
FROM events
WHERE contains("event".category, 'iam') AND "event".kind = 'event'
ORDER BY "timestamp" DESC
LIMIT 1000
