CREATE TABLE `provider_objects` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`language` text NOT NULL,
	`provider` text NOT NULL,
	`id` text NOT NULL,
	`owner` text NOT NULL,
	`purpose` text,
	`models` text,
	`object` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `provider_objects_id` ON `provider_objects` (`kind`,`id`,`provider`);--> statement-breakpoint
CREATE INDEX `provider_objects_owner` ON `provider_objects` (`kind`,`language`,`owner`);