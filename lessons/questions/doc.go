// Package questions is the preparation for an interview: a bank of questions
// with their answers and rubrics, the comparison of a free answer with a rubric,
// and the schedule by which a question comes back.
//
// The bank is data: bank/<topic>.yaml, read once by [Load], which reports every
// mistake with its file and line. A question has an answer for thirty seconds and
// one for two minutes, key points, red flags, follow-ups, wrong options that name
// the misconception behind them, its clauses, its lesson, and a place where it can
// be shown.
//
//	bank, err := questions.Load(questions.Content(), course)
//	q, ok := bank.Question("oauth-vs-jwt")
//	g := q.Grade("They are different layers. …")
//
// [Question.Grade] is a checklist over words, not a judge: it finds key points
// that were said, and it cannot tell a right sentence from a wrong one that has
// the same words. Pages that use it say so.
package questions
