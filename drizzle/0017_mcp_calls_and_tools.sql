CREATE TABLE `mcp_calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`request_id` text NOT NULL,
	`at` integer NOT NULL,
	`key_id` text NOT NULL,
	`user_path` text NOT NULL,
	`server` text NOT NULL,
	`tool` text NOT NULL,
	`outcome` text NOT NULL,
	`ms` integer NOT NULL,
	`request_bytes` integer NOT NULL,
	`answer_bytes` integer,
	`cost_nano` integer
);
--> statement-breakpoint
CREATE INDEX `mcp_calls_at` ON `mcp_calls` (`at`);--> statement-breakpoint
CREATE TABLE `mcp_tools` (
	`server` text NOT NULL,
	`tool` text NOT NULL,
	`definition` text NOT NULL,
	`accepted_at` integer NOT NULL,
	PRIMARY KEY(`server`, `tool`)
);
