CREATE TABLE `conversation_items` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`conversation` text NOT NULL,
	`id` text NOT NULL,
	`item` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `conversation_items_conversation` ON `conversation_items` (`conversation`,`no`);--> statement-breakpoint
CREATE INDEX `conversation_items_id` ON `conversation_items` (`id`);--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`user_path` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL,
	`metadata` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `conversations_until` ON `conversations` (`until`);--> statement-breakpoint
CREATE TABLE `response_items` (
	`id` text PRIMARY KEY NOT NULL,
	`response` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `response_items_response` ON `response_items` (`response`);--> statement-breakpoint
CREATE TABLE `responses` (
	`id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`user_path` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL,
	`provider` text,
	`model` text NOT NULL,
	`previous` text,
	`input` text,
	`body` text,
	`is_counted` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `responses_until` ON `responses` (`until`);