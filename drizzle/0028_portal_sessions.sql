CREATE TABLE `portal_sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`csrf` text NOT NULL,
	`name` text,
	`mark` text,
	`opened_at` integer NOT NULL,
	`used_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `portal_sessions_used` ON `portal_sessions` (`used_at`);