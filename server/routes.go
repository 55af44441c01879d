package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"claimcheck/lessons"
)

// handler is Gin, configured, with the whole route table.
func (s *server) handler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	// Gin's defaults that would break OAuth: it answers POST /token/ with a
	// redirect that posts the credentials again, a wrong method with 404, and
	// believes X-Forwarded-For of anybody.
	e.RedirectTrailingSlash = false
	e.RedirectFixedPath = false
	e.HandleMethodNotAllowed = true
	e.ForwardedByClientIP = false
	_ = e.SetTrustedProxies(nil) // nil is a list that cannot be wrong

	e.Use(s.line, s.recover, s.hosts)
	s.routes(e)
	return e
}

// routes is the route table.
func (s *server) routes(e *gin.Engine) {
	// The lab's parties. They speak for themselves: own headers, own limits,
	// requests from other origins, any loopback spelling. The provider and the
	// APIs number what they answer.
	party := gin.WrapH(s.world)
	e.Any("/idp/*path", party)
	e.Any("/app/*path", s.number, party)
	e.Any("/rs/*path", party)
	e.Any("/.well-known/oauth-authorization-server/*path", party)
	e.Any("/.well-known/openid-configuration/*path", party)
	e.Any("/.well-known/oauth-protected-resource/*path", party)

	// For who watches over the process, by any spelling.
	get(e, "/healthz", s.number, s.handle(s.healthz))
	get(e, "/readyz", s.number, s.handle(s.readyz))

	// The site.
	onSite := []gin.HandlerFunc{s.number, s.secure, s.spelling, s.sameOrigin, s.limitBody}
	site := e.Group("/", onSite...)

	get(site, "/", s.handle(s.home))
	get(site, "/styleguide", s.handle(s.styleguide))
	// The pages of a lab. On an open network each visitor has one.
	own := site.Group("/", s.ownLab)
	get(own, "/lab", s.handle(s.labPage))
	get(own, "/lab/log/:seq", s.handle(s.labEntry))
	get(site, tracePages+":id", s.handle(s.tracePage))
	site.POST("/lab/open", s.handle(s.labOpen))
	own.POST("/lab/clock", s.handle(s.labClock))
	own.POST("/lab/reset", s.handle(s.labReset))
	get(own, "/faults", s.handle(s.faultsPage))
	own.POST("/faults", s.handle(s.faultsSwitch))
	get(own, "/lab/rules", s.handle(s.labRules))
	own.POST("/lab/policy", s.handle(s.labPolicy))
	own.POST("/lab/grace", s.handle(s.labGrace))
	own.POST("/lab/defences", s.handle(s.labDefence))
	get(own, "/lab/keys", s.handle(s.labKeysPage))
	own.POST("/lab/keys", s.handle(s.labKeysForm))
	own.POST("/lab/mint", s.handle(s.labMint))
	get(own, "/lab/people", s.handle(s.labPeople))
	own.POST("/lab/users", s.handle(s.labUserForm))
	own.POST("/lab/clients", s.handle(s.labClientForm))
	get(own, "/lab/snapshots", s.handle(s.labSnapshots))
	own.POST("/lab/snapshots", s.handle(s.labSnapshotForm))
	own.POST("/lab/seed", s.handle(s.labSeed))
	get(own, "/lab/drill", s.handle(s.drillPage))
	get(own, "/lab/drill/junit.xml", s.handle(s.drillJUnit))
	own.POST("/lab/drill", s.handle(s.drillAct))
	get(own, "/lab/selftest", s.handle(s.selfTestPage))
	own.POST("/lab/selftest", s.handle(s.selfTestRun))
	get(own, "/lab/policies", s.handle(s.policiesPage))
	own.POST("/lab/policies", s.handle(s.policiesForm))
	get(own, "/connect", s.handle(s.connectPage))
	own.POST("/connect", s.handle(s.connectRegister))
	own.POST("/connect/remove", s.handle(s.connectRemove))
	site.GET("/events/:lab", s.handle(s.events))
	s.api(site) // the JSON interface: api.go has its table
	get(site, assetPrefix+"*file", s.handle(s.asset))
	get(site, "/favicon.ico", s.handle(s.favicon))

	get(site, "/playground", s.handle(s.playgroundPage))
	site.POST("/playground", s.handle(s.playgroundForm))
	get(site, "/playground/compare", s.handle(s.comparePage))
	site.POST("/playground/compare", s.handle(s.compareForm))
	get(site, "/playground/attacks", s.handle(s.attacksPage))
	get(site, "/playground/attacks/:attack", s.handle(s.attackPage))
	site.POST("/playground/attacks/:attack", s.handle(s.attackTry))

	// The course and the flows, whose texts are read while we start.
	texts := site.Group("/", s.whenRead)
	walked := texts.Group("/", s.ownLab)
	get(texts, "/learn", s.handle(s.learn))
	get(texts, "/learn/glossary", s.handle(s.glossary))
	get(texts, "/learn/misconceptions", s.handle(s.misconceptions))
	get(texts, lessons.SheetsPath, s.handle(s.sheets))
	get(texts, lessons.SheetsPath+"/:sheet", s.handle(s.sheet))
	get(texts, "/learn/errors", s.handle(s.errorCodes))
	get(texts, "/learn/parameters", s.handle(s.parameters))
	get(walked, progressPath, s.handle(s.progressPage))
	get(walked, progressPath+"/export", s.handle(s.progressExport))
	walked.POST(progressPath+"/undo", s.handle(s.progressUndo))
	get(walked, progressPath+"/reset", s.handle(s.progressReset))
	walked.POST(progressPath+"/reset", s.handle(s.progressReset))
	get(walked, progressPath+"/delete", s.handle(s.progressDelete))
	walked.POST(progressPath+"/delete", s.handle(s.progressDelete))
	e.Group("/", s.number, s.secure, s.spelling, s.sameOrigin, s.limitImport, s.whenAsked, s.ownLab).
		POST(progressPath, s.handle(s.progressImport))
	get(walked, "/learn/:track", s.handle(s.track))
	get(walked, "/learn/:track/:lesson", s.handle(s.lesson))
	walked.POST("/learn/:track/:lesson/:exercise", s.handle(s.answer))
	walked.POST("/learn/:track/:lesson/run/:sample", s.handle(s.runSample))
	get(texts, "/flows", s.handle(s.flowsPage))
	get(site, racePath, s.handle(s.racePage))
	site.POST(racePath, s.handle(s.raceBegin))
	site.POST(racePath+"/run", s.handle(s.raceRun))
	get(walked, "/flows/compare", s.handle(s.flowComparePage))
	walked.POST("/flows/compare", s.handle(s.flowCompareForm))
	get(walked, "/flows/import", s.handle(s.importPage))
	walked.POST("/flows/import", s.handle(s.importForm))
	get(walked, "/flows/:flow", s.handle(s.flow))
	walked.POST("/flows/:flow", s.handle(s.flowStart))
	get(walked, "/flows/:flow/:step", s.handle(s.flowStep))
	walked.GET("/flows/:flow/:step/go", s.handle(s.flowGo))
	get(walked, "/flows/:flow/:step/har", s.handle(s.flowHAR))
	walked.POST("/flows/:flow/:step/:act", s.handle(s.flowAct))
	// An attack is a flow that Mallory walks.
	get(walked, "/attacks", s.handle(s.attacksMap))
	get(walked, "/attacks/:flow", s.handle(s.attack))
	walked.POST("/attacks/:flow", s.handle(s.flowStart))
	walked.POST("/attacks/:flow/:step", s.handle(s.attackAct))
	get(walked, "/attacks/:flow/:step", s.handle(s.flowStep))
	walked.GET("/attacks/:flow/:step/go", s.handle(s.flowGo))
	get(walked, "/attacks/:flow/:step/har", s.handle(s.flowHAR))
	walked.POST("/attacks/:flow/:step/:act", s.handle(s.flowAct))

	// The questions of an interview, which are read after the texts.
	asked := site.Group("/", s.whenAsked)
	get(asked, "/search", s.handle(s.search))
	inLab := asked.Group("/", s.ownLab)
	get(asked, mockPath, s.handle(s.mockPage))
	asked.POST(mockPath, s.handle(s.mockBegin))
	get(asked, mockPath+"/report", s.handle(s.mockReportPage))
	asked.POST(mockPath+"/report", s.handle(s.mockReportForm))
	get(inLab, mockPath+"/:n", s.handle(s.mockQuestion))
	inLab.POST(mockPath+"/:n", s.handle(s.mockAnswer))
	get(asked, interviewerPath, s.handle(s.interviewer))
	get(inLab, practicePath, s.handle(s.practice))
	get(inLab, sessionPath, s.handle(s.practiceSession))
	get(inLab, weakPath, s.handle(s.practiceWeak))
	inLab.POST(sessionPath, s.handle(s.practiceBegin))
	inLab.POST(sessionPath+"/:do", s.handle(s.practiceAct))
	get(asked, whiteboardPath, s.handle(s.whiteboard))
	get(asked, whiteboardPath+"/order/:flow", s.handle(s.whiteboardOrder))
	get(asked, whiteboardPath+"/checks/:board", s.handle(s.whiteboardChecks))
	get(asked, ankiPath, s.handle(s.questionsAnki))
	get(asked, takeHomePath, s.handle(s.takeHomeTask))
	get(asked, takeHomePath+"/client.go", s.handle(s.takeHomeClient))
	get(asked, takeHomePath+"/solution.go", s.handle(s.takeHomeSolution))
	get(asked, takeHomePath+"/key", s.handle(s.takeHomeKey))
	get(asked, questionsPath, s.handle(s.questionsPage))
	get(asked, questionsPath+"/:question", s.handle(s.questionPage))

	if s.more != nil {
		s.more(s, site)
	}

	e.NoRoute(append(onSite, s.handle(s.noRoute))...)
	e.NoMethod(append(onSite, s.handle(s.noMethod))...)
}

// get registers a handler for GET and HEAD.
func get(r gin.IRoutes, path string, h ...gin.HandlerFunc) {
	r.GET(path, h...)
	r.HEAD(path, h...)
}
