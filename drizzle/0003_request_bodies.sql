CREATE TABLE `request_bodies` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`user_path` text NOT NULL,
	`key_id` text NOT NULL,
	`method` text NOT NULL,
	`path` text NOT NULL,
	`status` integer NOT NULL,
	`code` text,
	`headers` text NOT NULL,
	`request` text,
	`response` text,
	`is_request_cut` integer NOT NULL,
	`is_response_cut` integer NOT NULL,
	`size` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `request_bodies_id_unique` ON `request_bodies` (`id`);--> statement-breakpoint
CREATE INDEX `request_bodies_at` ON `request_bodies` (`at`);--> statement-breakpoint
CREATE INDEX `request_bodies_size` ON `request_bodies` (`no`,`size`);