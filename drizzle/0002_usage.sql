CREATE TABLE `usage_groups` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`virtual_model` text NOT NULL,
	`provider` text NOT NULL,
	`model` text NOT NULL,
	`user_path` text NOT NULL,
	`key_id` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `usage_groups_all` ON `usage_groups` (`virtual_model`,`provider`,`model`,`user_path`,`key_id`);--> statement-breakpoint
CREATE TABLE `usage_latencies` (
	`span` integer NOT NULL,
	`at` integer NOT NULL,
	`group_id` integer NOT NULL,
	`kind` text NOT NULL,
	`bin` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`span`, `at`, `group_id`, `kind`, `bin`)
);
--> statement-breakpoint
CREATE TABLE `usage_records` (
	`no` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`request_id` text NOT NULL,
	`part` integer NOT NULL,
	`at` integer NOT NULL,
	`key_id` text,
	`user_path` text,
	`labels` text,
	`session` text,
	`dialect` text NOT NULL,
	`operation` text NOT NULL,
	`asked` text,
	`virtual_model` text,
	`chain` text,
	`strategy` text,
	`pick` text,
	`provider` text,
	`provider_type` text,
	`model` text,
	`attempts` text,
	`status` integer NOT NULL,
	`code` text,
	`streamed` integer NOT NULL,
	`first_byte_ms` integer,
	`total_ms` integer NOT NULL,
	`finish` text,
	`hung_up` integer NOT NULL,
	`input` integer,
	`cache_read` integer,
	`cache_write` integer,
	`cache_write_hour` integer,
	`audio_input` integer,
	`image_input` integer,
	`output` integer,
	`reasoning` integer,
	`audio_output` integer,
	`image_output` integer,
	`billing` text,
	`batch` integer NOT NULL,
	`reported_nano` integer,
	`cost_nano` integer,
	`price_source` text,
	`price_version` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `usage_records_id_unique` ON `usage_records` (`id`);--> statement-breakpoint
CREATE INDEX `usage_records_at` ON `usage_records` (`at`);--> statement-breakpoint
CREATE INDEX `usage_records_key` ON `usage_records` (`key_id`,`at`);--> statement-breakpoint
CREATE INDEX `usage_records_path` ON `usage_records` (`user_path`,`at`);--> statement-breakpoint
CREATE INDEX `usage_records_virtual` ON `usage_records` (`virtual_model`,`at`);--> statement-breakpoint
CREATE INDEX `usage_records_model` ON `usage_records` (`model`,`at`);--> statement-breakpoint
CREATE INDEX `usage_records_session` ON `usage_records` (`session`,`at`);--> statement-breakpoint
CREATE INDEX `usage_records_code` ON `usage_records` (`code`,`at`);--> statement-breakpoint
CREATE TABLE `usage_rollups` (
	`span` integer NOT NULL,
	`at` integer NOT NULL,
	`group_id` integer NOT NULL,
	`calls` integer NOT NULL,
	`errors` integer NOT NULL,
	`hang_ups` integer NOT NULL,
	`streams` integer NOT NULL,
	`attempts` integer NOT NULL,
	`input` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`cache_write_hour` integer NOT NULL,
	`audio_input` integer NOT NULL,
	`image_input` integer NOT NULL,
	`output` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`audio_output` integer NOT NULL,
	`image_output` integer NOT NULL,
	`unknown` integer NOT NULL,
	`estimated` integer NOT NULL,
	`cost_nano` integer NOT NULL,
	`cost_squares` real NOT NULL,
	`priced` integer NOT NULL,
	`unpriced` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`first_byte_ms` integer NOT NULL,
	PRIMARY KEY(`span`, `at`, `group_id`)
);
