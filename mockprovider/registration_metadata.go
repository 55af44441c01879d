package mockprovider

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"claimcheck/playground"
)

// clientMetadata is the metadata of a client as it goes over the wire (RFC 7591
// §2, §3.2.1; RFC 7592 §3; OpenID Connect Dynamic Client Registration 1.0 §2;
// the documents of the single features).
type clientMetadata struct {
	RedirectURIs    []string        `json:"redirect_uris,omitempty"`
	AuthMethod      string          `json:"token_endpoint_auth_method,omitempty"`
	AuthAlg         string          `json:"token_endpoint_auth_signing_alg,omitempty"`
	GrantTypes      []string        `json:"grant_types,omitempty"`
	ResponseTypes   []string        `json:"response_types,omitempty"`
	ApplicationType string          `json:"application_type,omitempty"`
	Name            string          `json:"client_name,omitempty"`
	URI             string          `json:"client_uri,omitempty"`
	LogoURI         string          `json:"logo_uri,omitempty"`
	PolicyURI       string          `json:"policy_uri,omitempty"`
	TermsURI        string          `json:"tos_uri,omitempty"`
	Contacts        []string        `json:"contacts,omitempty"`
	Scope           string          `json:"scope,omitempty"`
	JWKS            json.RawMessage `json:"jwks,omitempty"`
	JWKSURI         string          `json:"jwks_uri,omitempty"`
	SoftwareID      string          `json:"software_id,omitempty"`
	SoftwareVersion string          `json:"software_version,omitempty"`
	Statement       string          `json:"software_statement,omitempty"`

	SubjectType     string   `json:"subject_type,omitempty"`
	IDTokenAlg      string   `json:"id_token_signed_response_alg,omitempty"`
	ObjectAlg       string   `json:"request_object_signing_alg,omitempty"`
	ObjectRequired  bool     `json:"require_signed_request_object,omitempty"`
	PushRequired    bool     `json:"require_pushed_authorization_requests,omitempty"`
	DPoPBound       bool     `json:"dpop_bound_access_tokens,omitempty"`
	DetailTypes     []string `json:"authorization_details_types,omitempty"`
	RequireAuthTime bool     `json:"require_auth_time,omitempty"`
	AfterLogoutURIs []string `json:"post_logout_redirect_uris,omitempty"`
	LogoutURI       string   `json:"backchannel_logout_uri,omitempty"`
	LogoutSession   bool     `json:"backchannel_logout_session_required,omitempty"`

	// What the server adds. A request must not set it.
	ClientID         string `json:"client_id,omitempty"`
	Secret           string `json:"client_secret,omitempty"`
	SecretExpires    *int64 `json:"client_secret_expires_at,omitempty"`
	IssuedAt         int64  `json:"client_id_issued_at,omitempty"`
	ConfigurationURI string `json:"registration_client_uri,omitempty"`
	AccessToken      string `json:"registration_access_token,omitempty"`
}

// registered is what is kept of a dynamic registration beside the client.
type registered struct {
	meta   clientMetadata
	issued time.Time
	token  string // the hash of the registration access token
	named  bool   // it chose its own ID, with client_id_own off
}

// The values of application_type (OpenID Connect Dynamic Client Registration 1.0
// §2).
const (
	applicationWeb    = "web"
	applicationNative = "native"
)

// The most that a registration may hold.
const (
	maxRegisteredURIs = 20
	maxRegisteredText = 2000 // bytes of one string
)

// defaults fills what RFC 7591 §2 and OpenID Connect say holds for what is left
// out, so that the answer shows it.
func (m *clientMetadata) defaults() {
	if bytes.Equal(m.JWKS, []byte("null")) {
		m.JWKS = nil
	}
	m.AuthMethod = cmp.Or(m.AuthMethod, authBasic)
	m.ApplicationType = cmp.Or(m.ApplicationType, applicationWeb)
	m.SubjectType = cmp.Or(m.SubjectType, subjectPublic)
	if len(m.GrantTypes) == 0 {
		m.GrantTypes = []string{grantAuthorizationCode}
	}
	if len(m.ResponseTypes) == 0 && slices.Contains(m.GrantTypes, grantAuthorizationCode) {
		m.ResponseTypes = []string{string(codeType)}
	}
}

const subjectPublic = "public"

// toClient is the client that the metadata describes. It has neither ID nor
// secret yet.
func (m *clientMetadata) toClient() Client {
	return Client{
		Name: m.Name, RedirectURIs: m.RedirectURIs, Scopes: strings.Fields(m.Scope), DetailTypes: m.DetailTypes,
		GrantTypes: m.GrantTypes, ResponseTypes: m.ResponseTypes, TokenEndpointAuthMethod: m.AuthMethod, TokenEndpointAuthSigningAlg: m.AuthAlg,
		JWKS: m.JWKS, JWKSURI: m.JWKSURI, RequestObjectSigningAlg: m.ObjectAlg, RequireSignedRequestObject: m.ObjectRequired,
		Native: m.ApplicationType == applicationNative, IDTokenAlg: m.IDTokenAlg, PostLogoutRedirectURIs: m.AfterLogoutURIs,
		BackchannelLogoutURI: m.LogoutURI, RequirePushedRequests: m.PushRequired, DPoPBoundAccessTokens: m.DPoPBound,
		Dynamic: true,
	}
}

// describe is the way back: the metadata of a client that somebody else than
// itself has changed.
func (m *clientMetadata) describe(c *Client) {
	m.Name, m.RedirectURIs, m.Scope, m.DetailTypes = c.Name, c.RedirectURIs, strings.Join(c.Scopes, " "), c.DetailTypes
	m.GrantTypes, m.ResponseTypes, m.AuthMethod, m.AuthAlg = c.GrantTypes, c.ResponseTypes, c.TokenEndpointAuthMethod, c.TokenEndpointAuthSigningAlg
	m.JWKS, m.JWKSURI, m.ObjectAlg, m.ObjectRequired = c.JWKS, c.JWKSURI, c.RequestObjectSigningAlg, c.RequireSignedRequestObject
	m.IDTokenAlg, m.AfterLogoutURIs, m.LogoutURI = c.IDTokenAlg, c.PostLogoutRedirectURIs, c.BackchannelLogoutURI
	m.PushRequired, m.DPoPBound, m.ApplicationType = c.RequirePushedRequests, c.DPoPBoundAccessTokens, applicationWeb
	if c.Native {
		m.ApplicationType = applicationNative
	}
	m.defaults()
}

// unsupportedMetadata are the members that this server knows and can't honour.
// Ignoring one would leave the client with less than it asked for.
var unsupportedMetadata = []string{
	"sector_identifier_uri", "id_token_encrypted_response_alg", "id_token_encrypted_response_enc",
	"userinfo_signed_response_alg", "userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc",
	"request_object_encryption_alg", "request_object_encryption_enc", "request_uris",
	"default_max_age", "default_acr_values",
	"introspection_signed_response_alg", "introspection_encrypted_response_alg", "introspection_encrypted_response_enc",
	"authorization_signed_response_alg", "authorization_encrypted_response_alg", "authorization_encrypted_response_enc",
	"tls_client_certificate_bound_access_tokens", "use_mtls_endpoint_aliases",
	"tls_client_auth_subject_dn", "tls_client_auth_san_dns", "tls_client_auth_san_uri", "tls_client_auth_san_ip", "tls_client_auth_san_email",
	"frontchannel_logout_uri", "frontchannel_logout_session_required",
	"backchannel_token_delivery_mode", "backchannel_client_notification_endpoint",
}

// unset tells whether the value of a member asks for nothing.
func unset(raw json.RawMessage) bool {
	return slices.Contains([]string{"", "null", "false", `""`, "[]"}, string(bytes.TrimSpace(raw)))
}

func (s *registration) supported() playground.Outcome {
	for _, name := range unsupportedMetadata {
		if !unset(s.members[name]) {
			o := failAt(name, "no "+name, "a value for it", "leave "+name+" out")
			o.Why = "A server that ignored it would leave the client with less than it asked for."
			return o
		}
	}
	if got := s.meta.SubjectType; got != subjectPublic {
		return failAt("subject_type", subjectPublic, got, "ask for "+subjectPublic+": every client sees the same sub here")
	}
	if got := s.meta.ApplicationType; got != applicationWeb && got != applicationNative {
		return failAt("application_type", "web or native", got, "say which kind of app it is")
	}
	return s.meta.bounded()
}

// bounded keeps a registration small.
func (m *clientMetadata) bounded() playground.Outcome {
	lists := [][]string{
		m.RedirectURIs, m.GrantTypes, m.ResponseTypes, m.Contacts, m.AfterLogoutURIs, m.DetailTypes,
		{m.Name, m.URI, m.LogoURI, m.PolicyURI, m.TermsURI, m.Scope, m.JWKSURI, m.SoftwareID, m.SoftwareVersion, m.LogoutURI},
	}
	for _, list := range lists {
		if len(list) > maxRegisteredURIs || slices.ContainsFunc(list, func(one string) bool { return len(one) > maxRegisteredText }) {
			return failAs("registration_size", "lists of 20 values, each of 2000 bytes at most", "more", "register less")
		}
	}
	for _, page := range []string{m.URI, m.LogoURI, m.PolicyURI, m.TermsURI} {
		if u, problem := parseRedirectURI(page); page != "" && (problem != "" || u.Scheme != "https" && u.Scheme != "http") {
			return failAs("registration_page", "the http or https address of a page", page, "send an address that a browser can open")
		}
	}
	return playground.Pass()
}

// grantsConsistent holds grant types and response types together (RFC 7591 §2.1)
// and to what the policy offers.
func (s *registration) grantsConsistent() playground.Outcome {
	strict := s.p.strictnessFor(nil)
	offered := offeredGrants(strict.bit)
	for _, one := range s.meta.GrantTypes {
		if !slices.Contains(offered, one) {
			return failAt("grant_types", strings.Join(offered, " "), one, "register grant types that the metadata of this server lists")
		}
	}
	var needed []string
	for _, one := range s.meta.ResponseTypes {
		t, types := responseTypeOf(one), responseTypes(strict.bit)
		if !slices.Contains(types, t) {
			return failAt("response_types", join(types), one, "register response types that the metadata of this server lists")
		}
		needed = append(needed, t.grants()...)
	}
	for _, grant := range []string{grantAuthorizationCode, grantImplicit} {
		if slices.Contains(needed, grant) != slices.Contains(s.meta.GrantTypes, grant) {
			o := failAs("registration_grants_apart", grant+" together with a response type that needs it", "one without the other", "register both, or neither")
			o.Why = "code needs authorization_code, token and id_token need implicit, and a type of both kinds needs both."
			return o
		}
	}
	return playground.Pass()
}

func (s *registration) keysOnce() playground.Outcome {
	if len(s.meta.JWKS) > 0 && s.meta.JWKSURI != "" {
		return failAt("jwks", "jwks or jwks_uri", "both", "register the keys, or the address where they are")
	}
	return playground.Pass()
}

func (s *registration) secretNeeded() playground.Outcome {
	if s.meta.AuthMethod == authNone && slices.Contains(s.meta.GrantTypes, grantClientCredentials) {
		o := failAt("token_endpoint_auth_method", "a way to authenticate", authNone, "register client_secret_basic, or leave client_credentials out")
		o.Why = "The name of a public client is known to everybody, so everybody would get its tokens."
		return o
	}
	return playground.Pass()
}
