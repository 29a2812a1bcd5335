CREATE TABLE `stored_providers` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`version` integer NOT NULL
);
