CREATE TABLE `__new_response_items` (
	`id` text NOT NULL,
	`key_id` text NOT NULL,
	`user_path` text NOT NULL,
	`response` text NOT NULL,
	PRIMARY KEY(`id`, `key_id`, `user_path`)
);
--> statement-breakpoint
INSERT INTO `__new_response_items`("id", "key_id", "user_path", "response") SELECT `response_items`.`id`, `responses`.`key_id`, `responses`.`user_path`, `response_items`.`response` FROM `response_items` JOIN `responses` ON `responses`.`id` = `response_items`.`response`;--> statement-breakpoint
DROP TABLE `response_items`;--> statement-breakpoint
ALTER TABLE `__new_response_items` RENAME TO `response_items`;--> statement-breakpoint
CREATE INDEX `response_items_response` ON `response_items` (`response`);--> statement-breakpoint
CREATE TABLE `__new_responses` (
	`id` text NOT NULL,
	`key_id` text NOT NULL,
	`user_path` text NOT NULL,
	`at` integer NOT NULL,
	`until` integer NOT NULL,
	`provider` text,
	`model` text NOT NULL,
	`by` text,
	`via` text,
	`previous` text,
	`input` text,
	`body` text,
	`is_counted` integer NOT NULL,
	PRIMARY KEY(`id`, `key_id`, `user_path`)
);
--> statement-breakpoint
INSERT INTO `__new_responses`("id", "key_id", "user_path", "at", "until", "provider", "model", "by", "via", "previous", "input", "body", "is_counted") SELECT "id", "key_id", "user_path", "at", "until", "provider", "model", "provider", NULL, "previous", "input", "body", "is_counted" FROM `responses`;--> statement-breakpoint
DROP TABLE `responses`;--> statement-breakpoint
ALTER TABLE `__new_responses` RENAME TO `responses`;--> statement-breakpoint
CREATE INDEX `responses_until` ON `responses` (`until`);--> statement-breakpoint
ALTER TABLE `conversation_items` ADD `by` text;
