ALTER TABLE `usage_records` ADD `cached` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_records` ADD `saved_nano` integer;--> statement-breakpoint
ALTER TABLE `usage_rollups` ADD `hits` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_rollups` ADD `saved_nano` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_target_rollups` ADD `hits` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_target_rollups` ADD `saved_nano` integer DEFAULT 0 NOT NULL;