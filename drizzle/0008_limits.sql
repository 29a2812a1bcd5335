CREATE TABLE `limit_pots` (
	`limit` text NOT NULL,
	`member` text NOT NULL,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`requests` integer NOT NULL,
	`tokens` integer NOT NULL,
	`cost` integer NOT NULL,
	PRIMARY KEY(`limit`, `member`)
);
--> statement-breakpoint
CREATE TABLE `limits` (
	`name` text PRIMARY KEY NOT NULL,
	`definition` text NOT NULL,
	`version` integer NOT NULL
);
