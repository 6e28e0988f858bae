-- Events of lake that were delivered twice, in the last seven days. They are the same events, with the same ids.
SELECT "event".id, count(*) AS copies, min("timestamp") AS happened, min(dt) AS first_day, max(dt) AS last_day
FROM "tidemark"."lake"
WHERE dt BETWEEN date_format(current_date - INTERVAL '6' DAY, '%Y-%m-%d') AND date_format(current_date, '%Y-%m-%d')
GROUP BY 1
HAVING count(*) > 1
ORDER BY happened DESC
LIMIT 1000
