CREATE TABLE `guardrails` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`version` integer NOT NULL
);
