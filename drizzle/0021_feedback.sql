CREATE TABLE `feedback` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`request_id` text NOT NULL,
	`mirrored` integer NOT NULL,
	`name` text NOT NULL,
	`score` real NOT NULL,
	`comment` text,
	`said_at` integer NOT NULL,
	`within` text NOT NULL,
	`holder` text NOT NULL,
	`at` integer,
	`virtual_model` text,
	`provider` text,
	`model` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `feedback_said` ON `feedback` (`request_id`,`mirrored`,`name`,`within`,`holder`);--> statement-breakpoint
CREATE INDEX `feedback_virtual` ON `feedback` (`virtual_model`,`at`);--> statement-breakpoint
CREATE INDEX `feedback_at` ON `feedback` (`at`);--> statement-breakpoint
CREATE INDEX `feedback_waiting` ON `feedback` (`at`,`within`,`holder`);