package web

// Connect is the view of the page "connect".
type Connect struct {
	Lab, Issuer string
	// Owned says that the visitor may register apps.
	Owned bool
	// Kinds are the sorts of apps; Kind, Name and Redirect what was typed, and
	// Problem what is wrong with it.
	Kinds                         []ConnectKind
	Kind, Name, Redirect, Problem string
	// Apps are the registered ones, App the one that is looked at, or nil.
	Apps []ConnectApp
	App  *ConnectApp
}

// ConnectKind is a sort of app.
type ConnectKind struct {
	ID, Name, What string
	// Redirect is a redirect URI as such an app usually has it.
	Redirect string
}

// ConnectApp is a registered app of the learner's own.
type ConnectApp struct {
	ID, Name, Secret, Redirect, Issuer, Discovery string
	Machine                                       bool
	Snippets                                      []ConnectSnippet
	Log                                           Log
	// LogHref leads to the lab's log of this app alone.
	LogHref string
	// Address and Sent are what the doctor was asked about, Doctor its rows.
	Address, Sent string
	Doctor        []Row
}

// ConnectSnippet is a text to paste. Note may hold code between backticks.
type ConnectSnippet struct {
	ID, Name, For, File, Run, Text, Note string
}
