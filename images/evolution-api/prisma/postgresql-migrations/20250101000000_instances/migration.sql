-- Names and columns are those operators already query on the real server.
CREATE TABLE "Instance" (
  "id" text PRIMARY KEY,
  "name" text NOT NULL UNIQUE,
  "connectionStatus" text NOT NULL CHECK ("connectionStatus" IN ('open', 'close', 'connecting')),
  "ownerJid" text,
  "profileName" text,
  "profilePicUrl" text,
  "integration" text NOT NULL,
  "number" text,
  "businessId" text,
  "token" text NOT NULL,
  "clientName" text NOT NULL,
  "disconnectionReasonCode" integer,
  "disconnectionObject" jsonb,
  "disconnectionAt" timestamptz(3),
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX "Instance_clientName_idx" ON "Instance" ("clientName");
CREATE INDEX "Instance_token_idx" ON "Instance" ("token");

CREATE TABLE "Setting" (
  "id" text PRIMARY KEY,
  "rejectCall" boolean NOT NULL DEFAULT false,
  "msgCall" text NOT NULL DEFAULT '',
  "groupsIgnore" boolean NOT NULL DEFAULT false,
  "alwaysOnline" boolean NOT NULL DEFAULT false,
  "readMessages" boolean NOT NULL DEFAULT false,
  "readStatus" boolean NOT NULL DEFAULT false,
  "syncFullHistory" boolean NOT NULL DEFAULT false,
  "wavoipToken" text NOT NULL DEFAULT '',
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamptz(3) NOT NULL DEFAULT now(),
  "instanceId" text NOT NULL UNIQUE REFERENCES "Instance" ("id") ON DELETE CASCADE
);

CREATE TABLE "Webhook" (
  "id" text PRIMARY KEY,
  "url" text NOT NULL,
  "headers" jsonb,
  "enabled" boolean NOT NULL,
  "events" jsonb NOT NULL,
  "webhookByEvents" boolean NOT NULL DEFAULT false,
  "webhookBase64" boolean NOT NULL DEFAULT false,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamptz(3) NOT NULL DEFAULT now(),
  "instanceId" text NOT NULL UNIQUE REFERENCES "Instance" ("id") ON DELETE CASCADE
);

CREATE TABLE "Message" (
  "id" text PRIMARY KEY,
  "key" jsonb NOT NULL,
  "pushName" text,
  "messageType" text NOT NULL,
  "message" jsonb NOT NULL,
  "contextInfo" jsonb,
  "source" text NOT NULL,
  "messageTimestamp" bigint NOT NULL,
  -- Seconds are too coarse to order a conversation by.
  "createdAt" timestamptz NOT NULL DEFAULT clock_timestamp(),
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE
);
CREATE INDEX "Message_instance_time_idx" ON "Message" ("instanceId", "messageTimestamp" DESC);
CREATE INDEX "Message_instance_chat_idx" ON "Message" ("instanceId", ("key" ->> 'remoteJid'));
