CREATE TABLE `admin_calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`who` text NOT NULL,
	`at` integer NOT NULL,
	`method` text NOT NULL,
	`route` text NOT NULL,
	`path` text NOT NULL,
	`status` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `admin_calls_at` ON `admin_calls` (`at`);--> statement-breakpoint
CREATE INDEX `admin_calls_who` ON `admin_calls` (`who`);--> statement-breakpoint
CREATE INDEX `admin_calls_route` ON `admin_calls` (`route`);--> statement-breakpoint
CREATE INDEX `admin_calls_status` ON `admin_calls` (`status`);--> statement-breakpoint
CREATE TABLE `history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`line` text NOT NULL,
	`subject` text NOT NULL,
	`version` integer NOT NULL,
	`action` text NOT NULL,
	`author` text NOT NULL,
	`at` integer NOT NULL,
	`fields` text NOT NULL,
	`before` text,
	`after` text,
	`restored` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `history_line_version` ON `history` (`line`,`version`);--> statement-breakpoint
CREATE INDEX `history_kind` ON `history` (`kind`);--> statement-breakpoint
CREATE INDEX `history_subject` ON `history` (`subject`);--> statement-breakpoint
ALTER TABLE `api_keys` ADD `version` integer DEFAULT 1 NOT NULL;