package lab

import (
	"strings"

	"claimcheck/mockprovider"
	"claimcheck/mockprovider/trace"
)

// The ids of the cast's clients and APIs, as they stand in paths and tokens.
const (
	FitTrack     = "fittrack"
	FitTrackLite = "fittrack-lite"
	// FitTrackPro does what FitTrack does, with tokens that are bound to its key.
	FitTrackPro = "fittrack-pro"
	// MediTrack is a clinic's app. It pushes its authorization requests.
	MediTrack = "meditrack"
	// FitTrackClassic is FitTrack as it was built in 2012: implicit and password,
	// under a policy of its own. QuizFun is another app of that kind, and Mallory's.
	FitTrackClassic = "fittrack-classic"
	QuizFun         = "quizfun"
	// FitTrackWeb is the same app with a backend for its frontend: the page runs in
	// the browser, the tokens stay on its server.
	FitTrackWeb = "fittrack-web"
	// CoachBoard logs people in by OpenID Connect.
	CoachBoard = "coachboard"
	// FitTV shows steps on a television, which has no browser and no keyboard;
	// FitWatch is another device of the same maker.
	FitTV    = "fittv"
	FitWatch = "fitwatch"
	// RunClub does so, too, and hears from AcmeID when somebody logs out.
	RunClub = "runclub"
	// NightlyReport is a program that runs by itself at night.
	NightlyReport = "nightly-report"
	// WeeklyReport does the same once a week. It proves with a key who it is.
	WeeklyReport = "weekly-report"
	// HourlyReport does the same every hour. Its access tokens are opaque.
	HourlyReport = "hourly-report"
	// TrailMates is another company's app. Its access tokens are opaque, and it
	// comes to StepCloud through the gateway.
	TrailMates = "trailmates"
	StepCloud  = "stepcloud"
	// Gate is StepCloud's gateway: outside it takes opaque tokens, inside it sends
	// JWTs.
	Gate = "gate"
	// MealCloud is another API, with an audience of its own.
	MealCloud = "mealcloud"
)

// The scopes that StepCloud knows.
const (
	ScopeStepsRead   = "steps:read"
	ScopeStepsWrite  = "steps:write"
	ScopeProfileRead = "profile:read"
	// ScopeReportsRun is for programs: it concerns nobody's data in particular.
	ScopeReportsRun = "reports:run"
)

// ScopeMealsRead is a scope of MealCloud.
const ScopeMealsRead = "meals:read"

// fitTrackSecret is the client secret of FitTrack in every lab: a value to look
// at, which is why it says so.
const fitTrackSecret = "fittrack-secret-for-the-lab"

// fitTrackProSecret is that of FitTrack Pro.
const (
	fitTrackProSecret = "fittrack-pro-secret-for-the-lab" //nolint:gosec // a value to look at
	// webSecret is that of FitTrack Web.
	webSecret = "fittrack-web-secret-for-the-lab" //nolint:gosec // a value to look at
)

// mediTrackSecret is that of MediTrack.
const mediTrackSecret = "meditrack-secret-for-the-lab"

// coachSecret is that of CoachBoard.
const coachSecret = "coachboard-secret-for-the-lab" //nolint:gosec // a value to look at

// runClubSecret is that of RunClub.
const runClubSecret = "runclub-secret-for-the-lab"

// ScopeLogin is what CoachBoard asks for.
const ScopeLogin = "openid profile email"

// nightlySecret is that of nightly-report.
const nightlySecret = "nightly-report-secret-for-the-lab"

// AcmeID is the authorization server.
func AcmeID() trace.Party {
	return trace.Party{Role: trace.RoleAS, ID: "acmeid", Name: "AcmeID"}
}

// hourlySecret is that of hourly-report, stepCloudSecret and mealCloudSecret what
// the APIs show where they ask AcmeID about tokens.
const (
	mealCloudSecret = "mealcloud-secret-for-the-lab"
	hourlySecret    = "hourly-report-secret-for-the-lab"
	stepCloudSecret = "stepcloud-secret-for-the-lab"
	gateSecret      = "gate-secret-for-the-lab"
	trailSecret     = "trailmates-secret-for-the-lab" //nolint:gosec // one of the story: the lab prints it
)

// ClientParty is the cast's client with this id, or one of that name unknown to
// the cast. An API is a client, too, where it asks about tokens.
func ClientParty(id string) trace.Party {
	for _, x := range [...]trace.Party{
		{Role: trace.RoleClient, ID: FitTrack, Name: "FitTrack"},
		{Role: trace.RoleClient, ID: FitTrackLite, Name: "FitTrack Lite"},
		{Role: trace.RoleClient, ID: FitTrackPro, Name: "FitTrack Pro"},
		{Role: trace.RoleClient, ID: FitTrackClassic, Name: "FitTrack Classic"},
		{Role: trace.RoleClient, ID: FitTrackWeb, Name: "FitTrack Web"},
		{Role: trace.RoleClient, ID: MediTrack, Name: "MediTrack"},
		{Role: trace.RoleClient, ID: QuizFun, Name: "QuizFun"},
		{Role: trace.RoleClient, ID: CoachBoard, Name: "CoachBoard"},
		{Role: trace.RoleClient, ID: RunClub, Name: "RunClub"},
		{Role: trace.RoleClient, ID: FitTV, Name: "FitTV"},
		{Role: trace.RoleClient, ID: FitWatch, Name: "FitWatch"},
		{Role: trace.RoleClient, ID: NightlyReport, Name: NightlyReport},
		{Role: trace.RoleClient, ID: WeeklyReport, Name: WeeklyReport},
		{Role: trace.RoleClient, ID: HourlyReport, Name: HourlyReport},
		{Role: trace.RoleClient, ID: TrailMates, Name: "TrailMates"},
		{Role: trace.RoleRS, ID: StepCloud, Name: "StepCloud"},
		{Role: trace.RoleRS, ID: MealCloud, Name: "MealCloud"},
		{Role: trace.RoleRS, ID: Gate, Name: "Gate"},
		{Role: trace.RoleClient, ID: DevLog, Name: "DevLog"},
		{Role: trace.RoleClient, ID: CodeQuiz, Name: "CodeQuiz"},
		{Role: trace.RoleRS, ID: CodeHub, Name: "CodeHub"},
	} {
		if x.ID == id {
			return x
		}
	}
	return trace.Party{Role: trace.RoleOwnApp, ID: id, Name: id}
}

// StepCloudParty is the API that holds the step counts.
func StepCloudParty() trace.Party {
	return trace.Party{Role: trace.RoleRS, ID: StepCloud, Name: "StepCloud"}
}

// APIParty is the cast's API with this audience, or one of that name unknown to
// the cast.
func (l *Lab) APIParty(audience string) trace.Party {
	for _, x := range cloudAPIs() {
		if l.apiURL(x.id) == audience {
			return x.party()
		}
	}
	for _, one := range l.registry.APIs() {
		if one.Audience == audience && one.Name != "" {
			return trace.Party{Role: trace.RoleRS, ID: audience, Name: one.Name}
		}
	}
	return trace.Party{Role: trace.RoleRS, ID: audience, Name: audience}
}

func (x *api) party() trace.Party { return trace.Party{Role: trace.RoleRS, ID: x.id, Name: x.name} }

// Browser is the browser of the person who learns. In the story it is Alice's.
func Browser() trace.Party {
	return trace.Party{Role: trace.RoleBrowser, ID: "browser", Name: "Browser"}
}

// A User is one of the people of the story, with what StepCloud knows of them.
type User struct {
	mockprovider.User
	// Role is who they are, in a few words.
	Role string
	// Days are their step counts, the oldest first. Nil means that they have
	// no account at StepCloud.
	Days []Day
}

// Users are Alice, Bob and Mallory. Each one's password is their name.
func Users() []User {
	return []User{
		{
			User: user("alice", "Alice Ames"), Role: "the one who owns the data",
			Days: []Day{
				{"2026-03-02", 8412},
				{"2026-03-03", 11027},
				{"2026-03-04", 6390},
				{"2026-03-05", 9954},
				{"2026-03-06", 12608},
				{"2026-03-07", 15230},
				{"2026-03-08", 7345},
			},
		},
		{
			User: user("bob", "Bob Brandt"), Role: "another user, with data of his own",
			Days: []Day{
				{"2026-03-02", 3120},
				{"2026-03-03", 4415},
				{"2026-03-04", 2980},
				{"2026-03-05", 5002},
				{"2026-03-06", 3871},
				{"2026-03-07", 9210},
				{"2026-03-08", 2204},
			},
		},
		{User: user("mallory", "Mallory Moss"), Role: "the attacker, with an account at AcmeID and none at StepCloud"},
	}
}

func user(id, name string) mockprovider.User {
	return mockprovider.User{
		ID: id, Username: id, Password: id, Name: name,
		Claims: map[string]any{"name": name, "email": id + "@example.com", "email_verified": true},
	}
}

// clients are the cast's clients as AcmeID has registered them.
func (l *Lab) clients() []mockprovider.Client {
	scopes := []string{"openid", "profile", "email", "offline_access", ScopeStepsRead, ScopeStepsWrite, ScopeProfileRead, ScopeMealsRead}
	return []mockprovider.Client{
		{
			ID: FitTrack, Name: "FitTrack", Secret: fitTrackSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(FitTrack) + "/callback"},
			DetailTypes:             []string{StepsExport},
			Scopes:                  scopes,
		},
		{
			ID: FitTrackLite, Name: "FitTrack Lite",
			TokenEndpointAuthMethod: "none",
			RedirectURIs:            []string{l.clientURL(FitTrackLite) + "/callback"},
			// Implicit and password are from its early years. The policy keeps them
			// shut: only rfc6749 and permissive know them.
			GrantTypes:    []string{"authorization_code", "refresh_token", "implicit", "password"},
			ResponseTypes: []string{"code", "token"},
			Scopes:        scopes,
		},
		{
			ID: FitTrackPro, Name: "FitTrack Pro", Secret: fitTrackProSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(FitTrackPro) + "/callback"},
			Scopes:                  scopes,
			DPoPBoundAccessTokens:   true, RequireDPoPNonce: true,
		},
		{
			ID: MediTrack, Name: "MediTrack", Secret: mediTrackSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(MediTrack) + "/callback"},
			Scopes:                  scopes,
			RequirePushedRequests:   true,
		},
		{
			// What is allowed to it is allowed to nobody else: the lab's policy stays.
			ID: FitTrackClassic, Name: "FitTrack Classic",
			TokenEndpointAuthMethod: "none",
			RedirectURIs:            []string{l.clientURL(FitTrackClassic) + "/callback"},
			GrantTypes:              []string{"implicit", "password"},
			ResponseTypes:           []string{"token"},
			Scopes:                  []string{ScopeStepsRead, ScopeStepsWrite, ScopeProfileRead},
			Policy:                  mockprovider.PolicyRFC6749,
		},
		{
			ID: QuizFun, Name: "QuizFun",
			TokenEndpointAuthMethod: "none",
			RedirectURIs:            []string{l.MalloryURL() + "/quiz"},
			GrantTypes:              []string{"implicit"},
			ResponseTypes:           []string{"token"},
			Scopes:                  []string{ScopeStepsRead},
			Policy:                  mockprovider.PolicyRFC6749,
		},
		{
			ID: FitTrackWeb, Name: "FitTrack Web", Secret: webSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(FitTrackWeb) + "/callback"},
			Scopes:                  scopes,
		},
		{
			ID: CoachBoard, Name: "CoachBoard", Secret: coachSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(CoachBoard) + "/callback"},
			GrantTypes:              []string{"authorization_code"},
			Scopes:                  append(strings.Fields(ScopeLogin), ScopeStepsRead),
			PostLogoutRedirectURIs:  []string{l.clientURL(CoachBoard) + "/"},
		},
		{
			ID: RunClub, Name: "RunClub", Secret: runClubSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(RunClub) + "/callback"},
			GrantTypes:              []string{"authorization_code"},
			Scopes:                  strings.Fields(ScopeLogin),
			BackchannelLogoutURI:    l.clientURL(RunClub) + backchannelPath,
		},
		{
			// Whoever buys a television has its program: it can keep no secret.
			ID: FitTV, Name: "FitTV",
			TokenEndpointAuthMethod: "none",
			GrantTypes:              []string{grantDevice, "refresh_token"},
			Scopes:                  []string{ScopeStepsRead, ScopeProfileRead},
		},
		{
			ID: FitWatch, Name: "FitWatch",
			TokenEndpointAuthMethod: "none",
			GrantTypes:              []string{grantDevice, "refresh_token"},
			Scopes:                  []string{ScopeStepsRead, ScopeStepsWrite},
		},
		{
			ID: NightlyReport, Name: "nightly-report", Secret: nightlySecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			GrantTypes:              []string{"client_credentials"},
			Scopes:                  []string{ScopeReportsRun},
		},
		{ //nolint:gosec // a method and an algorithm, no secret
			ID: WeeklyReport, Name: "weekly-report", JWKS: l.jwks(WeeklyReport),
			TokenEndpointAuthMethod: "private_key_jwt", TokenEndpointAuthSigningAlg: "ES256",
			GrantTypes: []string{"client_credentials"},
			Scopes:     []string{ScopeReportsRun},
		},
		{
			ID: HourlyReport, Name: "hourly-report", Secret: hourlySecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			GrantTypes:              []string{"client_credentials"},
			Scopes:                  []string{ScopeReportsRun},
			OpaqueTokens:            true,
		},
		{
			ID: TrailMates, Name: "TrailMates", Secret: trailSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			RedirectURIs:            []string{l.clientURL(TrailMates) + "/callback"},
			Scopes:                  []string{ScopeStepsRead, ScopeProfileRead},
			OpaqueTokens:            true,
		},
		{
			// A gateway asks about StepCloud's tokens, and gets JWTs for them.
			ID: Gate, Name: "Gate", Secret: gateSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			GrantTypes:              []string{grantExchange},
			Scopes:                  []string{ScopeStepsRead},
			API:                     l.apiURL(StepCloud),
		},
		{
			// An API is a client, too, where it asks about tokens.
			ID: StepCloud, Name: "StepCloud", Secret: stepCloudSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			GrantTypes:              []string{grantExchange, "client_credentials"},
			Scopes:                  []string{ScopeMealsRead},
			API:                     l.apiURL(StepCloud),
		},
		{
			ID: MealCloud, Name: "MealCloud", Secret: mealCloudSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			GrantTypes:              []string{"urn:ietf:params:oauth:grant-type:token-exchange"},
			API:                     l.apiURL(MealCloud),
		},
		l.hubClient(DevLog, devLogSecret),
		l.hubClient(CodeQuiz, codeQuizSecret),
		{
			ID: CodeHub, Name: "CodeHub", Secret: codeHubSecret,
			TokenEndpointAuthMethod: "client_secret_basic",
			GrantTypes:              []string{"client_credentials"},
			API:                     l.apiURL(CodeHub),
		},
	}
}

// apis are the cast's APIs.
func (l *Lab) apis() []mockprovider.API {
	return []mockprovider.API{{
		Audience: l.apiURL(StepCloud), Name: "StepCloud",
		Scopes: map[string]string{
			ScopeStepsRead:   "see how many steps you took each day",
			ScopeStepsWrite:  "add and change your step counts",
			ScopeProfileRead: "see your StepCloud profile",
			ScopeReportsRun:  "run reports that are about nobody in particular",
		},
		DetailTypes: []mockprovider.DetailType{exportType()},
	}, {
		Audience: l.apiURL(MealCloud), Name: "MealCloud",
		Scopes: map[string]string{ScopeMealsRead: "see what you ate"},
	}, {
		Audience: l.apiURL(CodeHub), Name: "CodeHub",
		Scopes: map[string]string{
			ScopeUserRead:  "see your CodeHub account: its number, login and name",
			ScopeUserEmail: "see the e-mail addresses of your CodeHub account",
		},
	}}
}

func (l *Lab) clientURL(id string) string { return l.world.cfg.Origin + "/app/" + l.id + "/" + id }
func (l *Lab) apiURL(id string) string    { return l.world.cfg.Origin + "/rs/" + l.id + "/" + id }

// registered is the cast's client with this id, as AcmeID has registered it.
func (l *Lab) registered(id string) mockprovider.Client {
	for _, c := range l.clients() {
		if c.ID == id {
			return c
		}
	}
	return mockprovider.Client{}
}
