ALTER TABLE `provider_objects` ADD `made` text;--> statement-breakpoint
ALTER TABLE `usage_records` ADD `terms` text;