CREATE TABLE "Contact" (
  "id" text PRIMARY KEY,
  "remoteJid" text NOT NULL,
  "pushName" text,
  "profilePicUrl" text,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamptz(3) NOT NULL DEFAULT now(),
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE,
  UNIQUE ("remoteJid", "instanceId")
);

CREATE TABLE "Chat" (
  "id" text PRIMARY KEY,
  "remoteJid" text NOT NULL,
  "name" text,
  "labels" jsonb,
  "unreadMessages" integer NOT NULL DEFAULT 0,
  "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
  "updatedAt" timestamptz(3) NOT NULL DEFAULT now(),
  "instanceId" text NOT NULL REFERENCES "Instance" ("id") ON DELETE CASCADE,
  UNIQUE ("instanceId", "remoteJid")
);
