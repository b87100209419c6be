// Command controller-runtime drives a server with controller-runtime: its client, its cache and a
// controller. Needs KUBECONFIG, and K8SNET_RESTART, a command that kills the server and starts it
// again. Prints a line for each check and ends with 1 if one failed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	applyv1 "k8s.io/client-go/applyconfigurations/networking/v1"
	"k8s.io/client-go/tools/clientcmd"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const (
	namespace = "controller-runtime"
	finalizer = "example.com/service"
	byClass   = "spec.ingressClassName"
)

var failed bool

func check(name string, body func() error) {
	if err := body(); err != nil {
		failed = true
		fmt.Printf("FAIL controller-runtime: %s: %s\n", name, strings.Join(strings.Fields(err.Error()), " "))
		return
	}
	fmt.Printf("ok controller-runtime: %s\n", name)
}

func wanted[T any](what string, got, want T) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: %v is not %v", what, got, want)
}

func eventually(what string, condition func() bool) error {
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if condition() {
			return nil
		}
	}
	return errors.New("still not so: " + what)
}

func ingress(name, class string) *networkingv1.Ingress {
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace},
		Spec: networkingv1.IngressSpec{IngressClassName: &class, DefaultBackend: &networkingv1.IngressBackend{
			Service: &networkingv1.IngressServiceBackend{
				Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80}}}},
	}
}

// reconciler keeps a Service for each Ingress of its class, and a finalizer on the Ingress until the
// Service is gone.
type reconciler struct{ client.Client }

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var owner networkingv1.Ingress
	if err := r.Get(ctx, request.NamespacedName, &owner); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if owner.Spec.IngressClassName == nil || *owner.Spec.IngressClassName != "mine" {
		return ctrl.Result{}, nil
	}
	service := &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: owner.Name, Namespace: owner.Namespace}}
	if !owner.DeletionTimestamp.IsZero() {
		if err := r.Delete(ctx, service); client.IgnoreNotFound(err) != nil {
			return ctrl.Result{}, err
		}
		if controllerutil.RemoveFinalizer(&owner, finalizer) {
			return ctrl.Result{}, client.IgnoreNotFound(r.Update(ctx, &owner))
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(&owner, finalizer) {
		if err := r.Update(ctx, &owner); err != nil {
			return ctrl.Result{}, err
		}
	}
	if _, err := controllerutil.CreateOrPatch(ctx, r.Client, service, func() error {
		service.Labels = map[string]string{"managed": "yes"}
		service.Spec.Ports = []corev1.ServicePort{{Name: "http", Port: 80}}
		return controllerutil.SetControllerReference(&owner, service, r.Scheme())
	}); err != nil {
		return ctrl.Result{}, err
	}
	before := owner.DeepCopy()
	owner.Status.LoadBalancer.Ingress = []networkingv1.IngressLoadBalancerIngress{{IP: service.Spec.ClusterIP}}
	return ctrl.Result{}, r.Status().Patch(ctx, &owner, client.MergeFrom(before))
}

func main() {
	log.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		panic(err)
	}
	config.QPS = -1
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Metrics: server.Options{BindAddress: "0"},
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{namespace: {}}},
	})
	if err != nil {
		panic(err)
	}
	direct, err := client.New(config, client.Options{})
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	within := client.InNamespace(namespace)

	check("creates a namespace", func() error {
		return direct.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	})

	ended := make(chan error, 1)
	check("starts a manager with an index and a controller", func() error {
		if err := manager.GetFieldIndexer().IndexField(ctx, &networkingv1.Ingress{}, byClass, func(object client.Object) []string {
			if class := object.(*networkingv1.Ingress).Spec.IngressClassName; class != nil {
				return []string{*class}
			}
			return nil
		}); err != nil {
			return err
		}
		if err := ctrl.NewControllerManagedBy(manager).For(&networkingv1.Ingress{}).Owns(&corev1.Service{}).
			Complete(&reconciler{manager.GetClient()}); err != nil {
			return err
		}
		go func() { ended <- manager.Start(ctx) }()
		if !manager.GetCache().WaitForCacheSync(ctx) {
			return errors.New("the cache does not sync")
		}
		return nil
	})

	const count = 20
	name := func(i int) string { return fmt.Sprintf("owner-%02d", i) }
	reached := func(want int) func() bool {
		return func() bool {
			var services corev1.ServiceList
			var owners networkingv1.IngressList
			if direct.List(ctx, &services, within, client.MatchingLabels{"managed": "yes"}) != nil ||
				direct.List(ctx, &owners, within) != nil {
				return false
			}
			ready := 0
			for _, owner := range owners.Items {
				if len(owner.Status.LoadBalancer.Ingress) == 1 && len(owner.Finalizers) == 1 {
					ready++
				}
			}
			return len(services.Items) == want && ready == want
		}
	}

	check("a controller reaches its aim over a restart of the server", func() error {
		for i := range count {
			if err := direct.Create(ctx, ingress(name(i), "mine")); err != nil {
				return err
			}
			if i == count/2 {
				if out, err := exec.Command("sh", "-c", os.Getenv("K8SNET_RESTART")).CombinedOutput(); err != nil {
					return fmt.Errorf("%w: %s", err, out)
				}
			}
		}
		return eventually("every Ingress has its Service", reached(count))
	})

	check("a Service that was deleted comes back", func() error {
		var old, made corev1.Service
		key := client.ObjectKey{Namespace: namespace, Name: name(0)}
		if err := direct.Get(ctx, key, &old); err != nil {
			return err
		}
		if err := direct.Delete(ctx, &old); err != nil {
			return err
		}
		return eventually("it is another", func() bool {
			return direct.Get(ctx, key, &made) == nil && made.UID != old.UID
		})
	})

	check("reads typed, by index, untyped and metadata alone from its cache", func() error {
		cached := manager.GetClient()
		if err := direct.Create(ctx, ingress("other", "theirs")); err != nil {
			return err
		}
		if err := eventually("the cache has it", func() bool {
			var list networkingv1.IngressList
			return cached.List(ctx, &list, within, client.MatchingFields{byClass: "theirs"}) == nil && len(list.Items) == 1
		}); err != nil {
			return err
		}
		untyped := &unstructured.UnstructuredList{}
		untyped.SetGroupVersionKind(networkingv1.SchemeGroupVersion.WithKind("IngressList"))
		if err := cached.List(ctx, untyped, within); err != nil {
			return err
		}
		partial := &metav1.PartialObjectMetadataList{}
		partial.SetGroupVersionKind(networkingv1.SchemeGroupVersion.WithKind("IngressList"))
		if err := cached.List(ctx, partial, within); err != nil {
			return err
		}
		return errors.Join(wanted("untyped", len(untyped.Items), count+1), wanted("metadata", len(partial.Items), count+1))
	})

	check("patches in each form and applies with a conflict", func() error {
		other := &networkingv1.Ingress{}
		if err := direct.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "other"}, other); err != nil {
			return err
		}
		before := other.DeepCopy()
		other.Labels = map[string]string{"merge": "yes"}
		if err := direct.Patch(ctx, other, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
			return err
		}
		stale := before.DeepCopy()
		stale.Labels = map[string]string{"lost": "yes"}
		late := direct.Patch(ctx, stale, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
		before = other.DeepCopy()
		other.Labels["strategic"] = "yes"
		if err := direct.Patch(ctx, other, client.StrategicMergeFrom(before)); err != nil {
			return err
		}
		if err := direct.Patch(ctx, other, client.RawPatch("application/json-patch+json",
			[]byte(`[{"op":"add","path":"/metadata/labels/json","value":"yes"}]`))); err != nil {
			return err
		}
		apply := func(owner, team string, options ...client.ApplyOption) error {
			return direct.Apply(ctx, applyv1.Ingress("other", namespace).WithLabels(map[string]string{"team": team}),
				append(options, client.FieldOwner(owner))...)
		}
		if err := apply("one", "red"); err != nil {
			return err
		}
		conflict := apply("two", "blue")
		if err := apply("two", "blue", client.ForceOwnership); err != nil {
			return err
		}
		if err := direct.Get(ctx, client.ObjectKeyFromObject(other), other); err != nil {
			return err
		}
		if !apierrors.IsConflict(late) || !apierrors.IsConflict(conflict) {
			return fmt.Errorf("no conflicts: %v, %v", late, conflict)
		}
		return wanted("labels", other.Labels,
			map[string]string{"merge": "yes", "strategic": "yes", "json": "yes", "team": "blue"})
	})

	check("deletes what finalizers hold by way of the controller", func() error {
		if err := direct.DeleteAllOf(ctx, &networkingv1.Ingress{}, within); err != nil {
			return err
		}
		return eventually("all is gone", func() bool {
			var owners networkingv1.IngressList
			return direct.List(ctx, &owners, within) == nil && len(owners.Items) == 0 && reached(0)()
		})
	})

	check("stops", func() error {
		stop()
		select {
		case err := <-ended:
			return err
		case <-time.After(30 * time.Second):
			return errors.New("the manager does not end")
		}
	})
	if failed {
		os.Exit(1)
	}
}
