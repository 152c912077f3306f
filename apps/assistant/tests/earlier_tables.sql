CREATE TABLE inbound_messages (
	id BIGINT GENERATED ALWAYS AS IDENTITY,
	instance TEXT NOT NULL,
	message_id TEXT NOT NULL,
	remote_jid TEXT NOT NULL,
	push_name TEXT,
	message_type TEXT NOT NULL,
	text TEXT,
	received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	PRIMARY KEY (id),
	CONSTRAINT uq_inbound_messages_instance_message_id UNIQUE (instance, message_id)
);
CREATE INDEX ix_inbound_messages_contact ON inbound_messages (instance, remote_jid, id);
CREATE TABLE replies (
	inbound_id BIGINT NOT NULL,
	instance TEXT NOT NULL,
	state TEXT DEFAULT 'waiting' NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
	first_attempt_at TIMESTAMP WITH TIME ZONE,
	text TEXT,
	reply_id TEXT,
	answered_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (inbound_id),
	CONSTRAINT ck_replies_state CHECK (state IN ('waiting', 'sending', 'answered', 'failed')),
	CONSTRAINT uq_replies_instance_reply_id UNIQUE (instance, reply_id),
	FOREIGN KEY(inbound_id) REFERENCES inbound_messages (id)
);
CREATE INDEX ix_replies_due ON replies (instance, due_at) WHERE state IN ('waiting', 'sending');
INSERT INTO inbound_messages (instance, message_id, remote_jid, message_type, text) VALUES
	('bot', 'M1', '5511988887777@s.whatsapp.net', 'conversation', 'olá'),
	('bot', 'M2', '5511988887777@s.whatsapp.net', 'conversation', 'olá');
INSERT INTO replies (inbound_id, instance, state, attempts, first_attempt_at, text, reply_id, answered_at)
	SELECT id, instance, 'answered', 1, now(), 'Mensagem 1 recebida', 'R1', now() FROM inbound_messages WHERE message_id = 'M1';
INSERT INTO replies (inbound_id, instance)
	SELECT id, instance FROM inbound_messages WHERE message_id = 'M2'
