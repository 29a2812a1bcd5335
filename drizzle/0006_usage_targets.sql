CREATE TABLE `usage_target_latencies` (
	`span` integer NOT NULL,
	`at` integer NOT NULL,
	`group_id` integer NOT NULL,
	`kind` text NOT NULL,
	`bin` integer NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`span`, `at`, `group_id`, `kind`, `bin`)
);
--> statement-breakpoint
CREATE TABLE `usage_target_rollups` (
	`span` integer NOT NULL,
	`at` integer NOT NULL,
	`group_id` integer NOT NULL,
	`calls` integer NOT NULL,
	`errors` integer NOT NULL,
	`hang_ups` integer NOT NULL,
	`streams` integer NOT NULL,
	`attempts` integer NOT NULL,
	`input` integer NOT NULL,
	`cache_read` integer NOT NULL,
	`cache_write` integer NOT NULL,
	`cache_write_hour` integer NOT NULL,
	`audio_input` integer NOT NULL,
	`image_input` integer NOT NULL,
	`output` integer NOT NULL,
	`reasoning` integer NOT NULL,
	`audio_output` integer NOT NULL,
	`image_output` integer NOT NULL,
	`unknown` integer NOT NULL,
	`estimated` integer NOT NULL,
	`cost_nano` integer NOT NULL,
	`cost_squares` real NOT NULL,
	`priced` integer NOT NULL,
	`unpriced` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`first_byte_ms` integer NOT NULL,
	PRIMARY KEY(`span`, `at`, `group_id`)
);
--> statement-breakpoint
INSERT OR IGNORE INTO `usage_groups` (`virtual_model`, `provider`, `model`, `user_path`, `key_id`)
SELECT DISTINCT `virtual_model`, `provider`, `model`, '', '' FROM `usage_groups`;
--> statement-breakpoint
INSERT INTO `usage_target_rollups`
SELECT r.`span`, r.`at`, t.`id`, sum(r.`calls`), sum(r.`errors`), sum(r.`hang_ups`), sum(r.`streams`), sum(r.`attempts`), sum(r.`input`), sum(r.`cache_read`), sum(r.`cache_write`), sum(r.`cache_write_hour`), sum(r.`audio_input`), sum(r.`image_input`), sum(r.`output`), sum(r.`reasoning`), sum(r.`audio_output`), sum(r.`image_output`), sum(r.`unknown`), sum(r.`estimated`), sum(r.`cost_nano`), sum(r.`cost_squares`), sum(r.`priced`), sum(r.`unpriced`), sum(r.`total_ms`), sum(r.`first_byte_ms`)
FROM `usage_rollups` r
JOIN `usage_groups` g ON g.`id` = r.`group_id`
JOIN `usage_groups` t ON t.`virtual_model` = g.`virtual_model` AND t.`provider` = g.`provider` AND t.`model` = g.`model` AND t.`user_path` = '' AND t.`key_id` = ''
GROUP BY 1, 2, 3;
--> statement-breakpoint
INSERT INTO `usage_target_latencies`
SELECT r.`span`, r.`at`, t.`id`, r.`kind`, r.`bin`, sum(r.`count`)
FROM `usage_latencies` r
JOIN `usage_groups` g ON g.`id` = r.`group_id`
JOIN `usage_groups` t ON t.`virtual_model` = g.`virtual_model` AND t.`provider` = g.`provider` AND t.`model` = g.`model` AND t.`user_path` = '' AND t.`key_id` = ''
GROUP BY 1, 2, 3, 4, 5;
