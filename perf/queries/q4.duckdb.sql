-- AVG of BIGINT is a BIGINT, cut off.
SELECT category, (sum(final) // count(*))::BIGINT AS final
FROM (
  SELECT max(B.price) AS final, A.category
  FROM auction A JOIN bid B ON A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires
  GROUP BY A.id, A.category
)
GROUP BY category
