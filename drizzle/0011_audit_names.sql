ALTER TABLE `admin_calls` ADD `name` text;--> statement-breakpoint
CREATE INDEX `admin_calls_name` ON `admin_calls` (`name`);