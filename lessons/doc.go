// Package lessons turns Markdown files into a course: lessons in an order,
// their terms and citations, and exercises that are checked by what happened.
//
// A lesson is one file, content/<track>/<lesson>.md: strict YAML front matter,
// then Markdown with fences for samples, tables and exercises. [Load] reads
// them all once, renders them and reports every mistake with its file and line.
//
//	course, err := lessons.Load(lessons.Content(), lessons.Options{})
//	l, ok := course.Lesson("jwt/anatomy")
//
// A check is a pure function over the lab's log since the exercise's reset and
// the learner's answers; see [Check]. The package serves no HTTP: the server
// shows its pages, and its tests run each solution against a real lab.
package lessons
