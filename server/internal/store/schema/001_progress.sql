-- A browser, by the digest of its cookie. seen is the day it last did something, in Unix seconds.
CREATE TABLE learner (
	id   TEXT PRIMARY KEY,
	seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX learner_seen ON learner (seen);

-- How a learner stands with one exercise or sample, as JSON.
CREATE TABLE state (
	learner TEXT NOT NULL REFERENCES learner (id) ON DELETE CASCADE,
	path    TEXT NOT NULL,
	kept    TEXT NOT NULL CHECK (json_valid(kept)),
	PRIMARY KEY (learner, path)
) STRICT, WITHOUT ROWID;
