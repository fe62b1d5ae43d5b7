-- What the model sees of a row. Each row is computed by itself, in training and in serving alike:
-- expressions over its columns, no aggregates, no other rows, no current time.
SELECT
  "parcel",
  "region",
  "carrier",
  "service",
  "promised_days",
  "weight_kg",
  "distance_km",
  "sender_age_band",
  hour("shipped_at") AS hour,
  isodow("shipped_at") AS weekday
FROM data
