CREATE TABLE `rollouts` (
	`source` text PRIMARY KEY NOT NULL,
	`plan` text NOT NULL,
	`state` text NOT NULL,
	`step` integer NOT NULL,
	`why` text,
	`author` text NOT NULL,
	`started_at` integer NOT NULL,
	`changed_at` integer NOT NULL,
	`before` text NOT NULL,
	`redirect_version` integer NOT NULL,
	`is_due` integer NOT NULL,
	`since` integer NOT NULL,
	`last_line` integer NOT NULL,
	`evidence` text NOT NULL,
	`version` integer NOT NULL,
	`looked_at` integer NOT NULL
);
