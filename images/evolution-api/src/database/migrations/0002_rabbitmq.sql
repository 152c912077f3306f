CREATE TABLE "Rabbitmq" (
  "id" text PRIMARY KEY,
  "enabled" boolean NOT NULL DEFAULT false,
  "events" jsonb NOT NULL,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamptz(3) NOT NULL DEFAULT now(),
  "instanceId" text NOT NULL UNIQUE REFERENCES "Instance" ("id") ON DELETE CASCADE
);
