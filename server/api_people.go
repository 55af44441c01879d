package main

import (
	"net/http"
	"slices"

	"claimcheck/mockprovider/lab"
)

// peopleOperations are the calls for users and clients.
func peopleOperations() []operation {
	return []operation{
		labRead("/users", "listUsers", "The people", readUsers),
		labChange(http.MethodPut, "/users/:user", "putUser", "Add a person, or change one", putUser).fails(http.StatusConflict).
			more("Whoever is changed stays logged in."),
		labDelete("/users/:user", "deleteUser", "Remove a person", deleteUser).more("Sessions, codes and tokens end."),
		labRead("/clients", "listClients", "The registered clients", readClients),
		labChange(http.MethodPut, "/clients/:client", "putClient", "Register a client, or change one", putClient).fails(http.StatusConflict).
			more("Where the authentication method needs a secret and none is sent, the client keeps the one it has, or gets a random one, which is in this answer alone. The clients of the story stay as they are."),
		labChange(http.MethodPost, "/clients/:client/confirm", "confirmClient", "Let AcmeID call the addresses of a client that registered itself", confirmClient).fails(http.StatusConflict).
			more("They are jwks_uri and backchannel_logout_uri. Until then nothing is sent there."),
		labDelete("/clients/:client", "deleteClient", "Remove a client", deleteClient).fails(http.StatusConflict).more("Its codes and tokens end."),
	}
}

// apiUsers are the people.
type apiUsers struct {
	Users []apiUser `json:"users"`
}

func readUsers(x controlled) (apiUsers, error) {
	out := apiUsers{[]apiUser{}}
	for _, u := range x.lab.Registry().Users() {
		out.Users = append(out.Users, asUser(u))
	}
	return out, nil
}

func putUser(x controlled, in apiUser) (apiUser, error) {
	if err := namesPath("id", &in.ID, x.c.Param("user")); err != nil {
		return apiUser{}, err
	}
	u, err := in.user()
	if err != nil {
		return apiUser{}, err
	}
	if err := x.lab.PutUser(u); err != nil {
		return apiUser{}, err
	}
	return asUser(x.lab.Registry().User(u.ID)), nil
}

// namesPath takes the ID from the path. The body may name it too, but no other.
func namesPath(member string, inBody *string, path string) error {
	if *inBody != "" && *inBody != path {
		return memberProblem(member, "it is another one than in the path", "Leave it out of the body.")
	}
	*inBody = path
	return nil
}

func deleteUser(x controlled) (apiUsers, error) {
	if err := x.lab.RemoveUser(x.c.Param("user")); err != nil {
		return apiUsers{}, err
	}
	return readUsers(x)
}

// apiClients are the registered clients.
type apiClients struct {
	Clients []apiClient `json:"clients"`
}

func readClients(x controlled) (apiClients, error) {
	out := apiClients{[]apiClient{}}
	for _, c := range x.lab.Registry().Clients() {
		out.Clients = append(out.Clients, asClient(c, lab.OfTheCast(c.ID)))
	}
	return out, nil
}

func putClient(x controlled, in apiClient) (apiClient, error) {
	if err := namesPath("client_id", &in.ClientID, x.c.Param("client")); err != nil {
		return apiClient{}, err
	}
	c, err := in.client(everyScope(x.lab))
	if err != nil {
		return apiClient{}, err
	}
	secret, err := x.lab.PutClient(c)
	if err != nil {
		return apiClient{}, err
	}
	out := asClient(x.lab.Registry().Client(c.ID), false)
	out.ClientSecret = secret
	return out, nil
}

func confirmClient(x controlled, _ nothing) (apiClient, error) {
	id := x.c.Param("client")
	if err := x.lab.ConfirmClient(id); err != nil {
		return apiClient{}, err
	}
	return asClient(x.lab.Registry().Client(id), false), nil
}

// everyScope are the scopes that a client of the lab can ask for.
func everyScope(l *lab.Lab) []string {
	out := []string{"openid", "profile", "email", "offline_access"}
	for _, api := range l.APIs() {
		for scope := range api.Scopes {
			out = append(out, scope)
		}
	}
	slices.Sort(out[4:])
	return out
}

func deleteClient(x controlled) (apiClients, error) {
	if err := x.lab.RemoveClient(x.c.Param("client")); err != nil {
		return apiClients{}, err
	}
	return readClients(x)
}
