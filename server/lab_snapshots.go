package main

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"claimcheck/mockprovider/lab"
	"claimcheck/web"
)

// labSnapshots is GET /lab/snapshots.
func (s *server) labSnapshots(c *gin.Context) error {
	l := s.labOf(c)
	v := web.LabSnapshots{LabControl: s.control(c, l), Most: lab.MaxSnapshots}
	if v.Owned {
		v.Seed = l.Seed()
	}
	for _, i := range l.Snapshots() {
		v.Snapshots = append(v.Snapshots, web.LabSnapshot{
			Name: i.Name, Clock: i.At.UTC().Format(time.DateTime), Taken: i.Taken.UTC().Format(time.DateTime),
			Size: fmt.Sprintf("%d KiB", (i.Size+1023)>>10),
		})
	}
	return s.page(c, http.StatusOK, "labsnapshots", web.Page{
		Title: "Snapshots and seed", Description: "Keep the lab as it is, go back, or make its values repeat.", Nav: "lab", Mark: labName(l), Data: v,
	})
}

// labSnapshotForm is POST /lab/snapshots.
func (s *server) labSnapshotForm(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	act, name := form("act"), form("name")
	switch act {
	case "take":
		_, err = l.TakeSnapshot(name)
	case "restore":
		err = l.RestoreSnapshot(name)
	case "delete":
		err = l.DeleteSnapshot(name)
	default:
		err = problem{Status: http.StatusBadRequest, Title: "Snapshots cannot do that.", Fix: "Choose one of the buttons on the page."}
	}
	if err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, "/lab/snapshots?done="+act)
}

// labSeed is POST /lab/seed.
func (s *server) labSeed(c *gin.Context) error {
	l := s.labOf(c)
	form, err := s.controlForm(c, l)
	if err != nil {
		return err
	}
	if _, err := setSeed(controlled{s, c, l}, apiSeed{form("seed")}); err != nil {
		return asRefusal(err)
	}
	return s.redirect(c, backTo(form, "/lab/snapshots?done=seed#seed"))
}
