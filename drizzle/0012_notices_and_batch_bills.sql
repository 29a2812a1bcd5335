CREATE TABLE `notices` (
	`id` text NOT NULL,
	`hook` text NOT NULL,
	`at` integer NOT NULL,
	`content` text NOT NULL,
	`tries` integer NOT NULL,
	`next_at` integer,
	`sent_at` integer,
	`failure` text,
	`failed_at` integer,
	PRIMARY KEY(`id`, `hook`)
);
--> statement-breakpoint
CREATE INDEX `notices_open` ON `notices` (`hook`,`next_at`);--> statement-breakpoint
CREATE INDEX `notices_at` ON `notices` (`at`);--> statement-breakpoint
CREATE TABLE `standing_concerns` (
	`key` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`tone` text NOT NULL,
	`text` text NOT NULL,
	`place` text NOT NULL,
	`began_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`told_tone` text,
	`told_at` integer,
	`claimed_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `provider_objects` ADD `billed_at` integer;