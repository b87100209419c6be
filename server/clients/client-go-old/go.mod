module k8snet/clients/client-go-old

go 1.26.0

require (
	golang.org/x/sys v0.30.0
	k8s.io/api v0.17.17
	k8s.io/apimachinery v0.17.17
	k8s.io/client-go v0.17.17
)
