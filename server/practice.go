package main

import (
	"github.com/gin-gonic/gin"
)

// practice leads to the questions.
func (s *server) practice(c *gin.Context) error { return s.redirect(c, questionsPath) }
