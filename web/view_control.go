package web

// LabIndex is a line of the lab's overview that leads to a page of controls.
type LabIndex struct {
	Href, Name, What string
	// State is how it stands, in a few words: "every rule on".
	State string
}

// LabControl is what every page of the lab's controls has.
type LabControl struct {
	ID string
	// Owned says that the visitor may use the controls.
	Owned bool
	// Notice is what was just done, in a sentence. Problem is what was not, and Fix
	// what to do about it.
	Notice, Problem, Fix string
	// Switched is the rule that was just switched: its row says so, and not the
	// head of the page.
	Switched string
}

// LabRules is the view of the page "labrules".
type LabRules struct {
	LabControl
	Policies []LabPolicy
	Graces   []LabPolicy // the grace windows of refresh tokens, in seconds
	Parties  []LabDefences
	Off      int
}

// LabPolicy is a policy to choose.
type LabPolicy struct {
	ID, What string
	Now      bool
}

// LabDefences are the rules of one party that can be switched.
type LabDefences struct {
	Name string
	// Off is how many are off. Open shows them without a click.
	Off   int
	Open  bool
	Rules []LabDefence
}

// LabDefence is a rule that can be switched.
type LabDefence struct {
	ID, Title, Cite, CiteHref string
	Off                       bool
	// Now is what was just done with it, in a sentence.
	Now string
}

// LabKeys is the view of the page "labkeys".
type LabKeys struct {
	LabControl
	Keys []LabKey
	// Held is what each party has fetched of them.
	Held []LabHeld
	Algs []string
	Mint LabMint
	// Token is what was just minted.
	Token string
}

// LabKey is a published key, with what can be done to it.
type LabKey struct {
	KID, Alg, State, What string
	Acts                  []LabAct
}

// LabHeld is what a party holds of the published keys: since when and until when,
// as times of day of the lab's clock, empty where it holds none.
type LabHeld struct {
	Party, At, Until string
	// Stale says that it fetches them again before it uses them.
	Stale bool
	Keys  []LabHeldKey
}

// LabHeldKey is a key at a party. Gone says that AcmeID publishes it no more, New
// is a key that the party does not have yet.
type LabHeldKey struct {
	KID       string
	Gone, New bool
}

// LabAct is a button: the value that it sends and its words.
type LabAct struct{ Value, Text string }

// LabMint is the form for a token, as it was filled in.
type LabMint struct {
	Kinds, Clients, Users, KIDs              []string
	Kind, Client, User, Scope, Lifetime, KID string
	Claims, Header                           string
	Unsigned                                 bool
}

// LabSnapshots is the view of the page "labsnapshots".
type LabSnapshots struct {
	LabControl
	Snapshots []LabSnapshot
	Most      int
	Seed      string
}

// LabSnapshot is a snapshot.
type LabSnapshot struct{ Name, Clock, Taken, Size string }

// LabPeople is the view of the page "labpeople".
type LabPeople struct {
	LabControl
	Users   []LabUser
	Clients []LabClient
	User    LabUserForm
	Client  LabClientForm
	// Secret was just made for the client SecretOf, and is shown this once.
	Secret, SecretOf string
}

// LabUserForm is the form for a person, as it was filled in.
type LabUserForm struct {
	ID, Username, Name, Email string
	// Known says that the person is there: the form changes them.
	Known bool
}

// LabClientForm is the form for a client, as it was filled in.
type LabClientForm struct {
	ID, Name, RedirectURIs, Scope, Method, Grants string
	Methods                                       []string
	Opaque, Native, Known                         bool
}
