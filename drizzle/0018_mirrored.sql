DROP INDEX `usage_groups_all`;--> statement-breakpoint
ALTER TABLE `usage_groups` ADD `mirrored` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `usage_groups_all` ON `usage_groups` (`virtual_model`,`provider`,`model`,`user_path`,`key_id`,`mirrored`);--> statement-breakpoint
ALTER TABLE `usage_records` ADD `mirrored` integer DEFAULT false NOT NULL;