package lessons

import "net/url"

// exerciseYAML is an exercise as an author writes it.
type exerciseYAML struct {
	ID       string     `yaml:"id"`
	Kind     string     `yaml:"kind"`
	Title    string     `yaml:"title"`
	Ask      string     `yaml:"ask"`
	Check    string     `yaml:"check"`
	With     rawNode    `yaml:"with"`
	Hints    []string   `yaml:"hints"`
	Explain  string     `yaml:"explain"`
	Solution *proofYAML `yaml:"solution"`
	Decoys   []decoy    `yaml:"decoys"`

	Many      bool             `yaml:"many"`
	Options   []optionYAML     `yaml:"options"`
	Buckets   []bucketYAML     `yaml:"buckets"`
	Cards     []cardYAML       `yaml:"cards"`
	Columns   []string         `yaml:"columns"`
	Rows      []rowYAML        `yaml:"rows"`
	Steps     []stepYAML       `yaml:"steps"`
	Code      string           `yaml:"code"`
	File      string           `yaml:"file"`
	Lang      string           `yaml:"lang"`
	Lines     map[int]lineYAML `yaml:"lines"`
	Otherwise string           `yaml:"otherwise"`
	Fields    []fieldYAML      `yaml:"fields"`
	Send      string           `yaml:"send"`
	Links     []linkYAML       `yaml:"links"`

	Design string            `yaml:"design"` // the file of the game
	Given  map[string]string `yaml:"given"`  // the brief, for its rules
}

type optionYAML struct {
	ID    string `yaml:"id"`
	Text  string `yaml:"text"`
	Right bool   `yaml:"right"`
	Why   string `yaml:"why"`
}

type bucketYAML struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

type cardYAML struct {
	ID      string  `yaml:"id"`
	Text    string  `yaml:"text"`
	Bucket  string  `yaml:"bucket"`
	Token   *recipe `yaml:"token"`
	Request string  `yaml:"request"`
	Why     string  `yaml:"why"`
	RFC     string  `yaml:"rfc"`
}

type rowYAML struct {
	Head  string     `yaml:"head"`
	Cells []cellYAML `yaml:"cells"`
}

// cellYAML is a fixed text, or a choice.
type cellYAML struct {
	ID    string   `yaml:"id"`
	Right string   `yaml:"right"`
	Wrong []string `yaml:"wrong"`
	Why   string   `yaml:"why"`
	RFC   string   `yaml:"rfc"`
	text  string
}

// UnmarshalYAML takes a text or the members of a choice.
func (c *cellYAML) UnmarshalYAML(unmarshal func(any) error) error {
	if err := unmarshal(&c.text); err == nil {
		return nil
	}
	c.text = ""
	type choice cellYAML // without this method
	return unmarshal((*choice)(c))
}

type stepYAML struct {
	ID   string `yaml:"id"`
	Text string `yaml:"text"`
	Why  string `yaml:"why"`
}

type lineYAML struct {
	Right bool   `yaml:"right"`
	Why   string `yaml:"why"`
}

type fieldYAML struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	Hint  string `yaml:"hint"`
	Long  bool   `yaml:"long"`
}

type linkYAML struct {
	Text string `yaml:"text"`
	Href string `yaml:"href"`
}

// proofYAML is a solution.
type proofYAML struct {
	Steps  []ScriptStep      `yaml:"steps"`
	Answer map[string]answer `yaml:"answer"`
}

// decoy is a wrong attempt and words of the feedback that it must get.
type decoy struct {
	Steps  []ScriptStep      `yaml:"steps"`
	Answer map[string]answer `yaml:"answer"`
	Says   string            `yaml:"says"`
}

// answer is one value or several.
type answer []string

// UnmarshalYAML takes a text, a number or a list of them.
func (a *answer) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if err := unmarshal(&one); err == nil {
		*a = answer{one}
		return nil
	}
	var many []string
	if err := unmarshal(&many); err != nil {
		return err
	}
	*a = many
	return nil
}

// values are the answers as a form has them.
func values(answers map[string]answer) url.Values {
	v := url.Values{}
	for name, a := range answers {
		v[name] = a
	}
	return v
}
